// SPDX-License-Identifier: Apache-2.0
//
// The table of settings: key in the file, and how its text is checked and taken.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/mlpd/config.h"

namespace mlp::mlpd {

/// "store.min_free" is `--store-min-free` on the command line, `MLP_STORE_MIN_FREE` in the
/// environment and `min_free` in section `[store]` of the file.
struct Setting {
  std::string_view key;
  std::string_view placeholder;  // in the help; empty: a switch, "true" or "false"
  std::string_view help;
  std::function<Status(Config& config, const std::string& text)> take;

  std::string flag() const;
  std::string variable() const;
};

const std::vector<Setting>& all_settings();
const Setting* find_setting(std::string_view key);

}  // namespace mlp::mlpd
