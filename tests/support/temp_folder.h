// SPDX-License-Identifier: Apache-2.0
//
// A folder of its own for one test, removed afterwards.
#pragma once

#include <stdlib.h>

#include <string>

#include "base/file.h"

namespace mlp {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = "/tmp/mlp-test-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { static_cast<void>(remove_tree(real_files(), path_)); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return join_path(path_, name); }

 private:
  std::string path_;
};

}  // namespace mlp
