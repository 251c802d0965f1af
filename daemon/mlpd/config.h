// SPDX-License-Identifier: Apache-2.0
//
// What mlpd is told: flags before environment before file before defaults. One table has every
// setting with its flag, variable, key and check.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "base/result.h"
#include "daemon/http/server/listen_address.h"
#include "runtime/objects/object_store.h"

namespace mlp::mlpd {

struct Config {
  std::string data_folder;  // absolute
  http::ListenAddress listen;
  bool is_listen_asked = false;  // else a free port will do when the default is taken
  std::vector<std::string> allowed_hosts;
  bool is_insecure_http_allowed = false;  // without TLS on an address other machines reach
  double cpus = 0;                        // granted at once; 0: those of the machine
  std::string runner;                     // mlp-runner; empty: the one beside mlpd
  std::uint64_t min_free_bytes = 512ULL << 20;
  std::uint64_t ballast_bytes = 64ULL << 20;
  objects::Verify verify = objects::Verify::kPresence;
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
  std::string log_file;  // empty: standard error
};

/// What the command line asks for besides running.
enum class Wish { kRun, kFsck, kHelp, kVersion };

/// Of kFsck.
struct FsckWish {
  bool is_repair = false;
  bool is_json = false;
};

struct ParsedConfig {
  Wish wish = Wish::kRun;
  FsckWish fsck;
  Config config;
};

using Lookup = std::function<const char*(const char* name)>;  // getenv

/// `words` without the program's name. kInvalid: what is wrong, and what to write instead.
Result<ParsedConfig> parse_config(const std::vector<std::string>& words, const Lookup& environment,
                                  Files& files);

/// The text of --help.
std::string help_text();

}  // namespace mlp::mlpd
