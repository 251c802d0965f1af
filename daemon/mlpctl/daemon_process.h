// SPDX-License-Identifier: Apache-2.0
//
// Starts mlpd for the user, detached from this terminal, and waits until it answers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/mlpctl/settings.h"

namespace mlp::mlpctl {

struct DaemonState {
  bool was_started = false;  // by us, now
  std::string address;
};

/// True when the daemon of these settings answers its health check.
bool is_daemon_answering(const Settings& settings);

/// The daemon of the data folder, started when none answers. With --server none is ever started:
/// kUnavailable. `extra` are words for mlpd's command line. An mlpd that ends at once is told with
/// the last lines of its log.
Result<DaemonState> ensure_daemon(const Settings& settings, const std::vector<std::string>& extra);

/// Waits until no mlpd and no mlp-runner holds the data folder; kTimeout when one does so after
/// `limit`.
Status wait_until_stopped(const std::string& data_folder, Duration limit);

/// How an mlpd ended that was to do one thing.
struct MlpdEnd {
  int exit_code = 0;    // 128 and the signal when it was killed
  std::string message;  // what it said on standard error, without its name
};

/// Runs the mlpd beside us with these words and waits for its end; `take` gets its standard output
/// as it comes.
Result<MlpdEnd> run_mlpd_to_its_end(const std::vector<std::string>& words,
                                    const std::function<void(std::string_view)>& take);

/// The log of an mlpd that was started by us.
std::string daemon_log_path(const std::string& data_folder);

}  // namespace mlp::mlpctl
