// SPDX-License-Identifier: Apache-2.0
//
// Where the daemon is and who we are to it: options, then MLP_* variables, then what the data
// folder says.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "daemon/mlpctl/command_line.h"

namespace mlp::mlpctl {

/// Waits this long for one answer unless --timeout says else: a daemon that recovers a large store
/// answers within it.
inline constexpr Duration kDefaultTimeout = std::chrono::seconds(60);

struct Settings {
  std::string data_folder;            // absolute; may not exist yet
  std::optional<std::string> server;  // --server or MLP_SERVER: never started by us
  std::optional<std::string> token;   // --token or MLP_TOKEN
  Duration timeout = kDefaultTimeout;
};

/// Where to send requests and with what token.
struct Endpoint {
  std::string address;  // "http://127.0.0.1:7450"
  std::string token;
};

/// kInvalid when an option makes no sense.
Result<Settings> make_settings(const CommandLine& line);

/// What is asked for, else what `endpoint` and `token` in the data folder say; kUnavailable when
/// neither says where the daemon is.
Result<Endpoint> find_endpoint(const Settings& settings);

/// The value of an environment variable; empty is as good as unset.
std::optional<std::string> find_variable(const char* name);

/// $XDG_CACHE_HOME/mlp, else ~/.cache/mlp: what may be deleted at any time.
std::string cache_folder();

}  // namespace mlp::mlpctl
