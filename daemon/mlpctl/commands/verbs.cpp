// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/commands/verbs.h"

namespace mlp::mlpctl {

std::vector<Verb> all_verbs() {
  std::vector<Verb> verbs;
  add_submit_verbs(verbs);
  add_source_verbs(verbs);
  add_run_verbs(verbs);
  add_log_verbs(verbs);
  add_artifact_verbs(verbs);
  add_daemon_verbs(verbs);
  add_fsck_verbs(verbs);
  return verbs;
}

std::vector<OptionSpec> global_options() {
  return {
      {"--server", "URL", "the daemon's address (MLP_SERVER); none is started then", false},
      {"--token", "TOKEN", "the daemon's token (MLP_TOKEN)", false},
      {"--data", "FOLDER", "data folder of the daemon (MLP_DATA)", false},
      {"--json", "", "one JSON object instead of text; one a line where it streams", false},
      {"--color", "WHEN", "auto, always or never (NO_COLOR)", false},
      {"--no-progress", "", "plain lines, also on a terminal", false},
      {"--quiet", "", "no messages but errors", false},
      {"-v,--verbose", "", "more messages: a line for each task run", false},
      {"--timeout", "TIME", "how long to wait for an answer: 30s, 5min", false},
  };
}

}  // namespace mlp::mlpctl
