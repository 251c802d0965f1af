// SPDX-License-Identifier: Apache-2.0
//
// All verbs of mlpctl in one table, put together from the nouns.
#pragma once

#include <vector>

#include "daemon/mlpctl/command_line.h"

namespace mlp::mlpctl {

/// In the order of the help.
std::vector<Verb> all_verbs();
/// Options every verb takes.
std::vector<OptionSpec> global_options();

// Each adds the verbs of its noun; in <noun>_commands.cpp.
void add_source_verbs(std::vector<Verb>& verbs);
void add_submit_verbs(std::vector<Verb>& verbs);
void add_run_verbs(std::vector<Verb>& verbs);
void add_log_verbs(std::vector<Verb>& verbs);
void add_artifact_verbs(std::vector<Verb>& verbs);
void add_daemon_verbs(std::vector<Verb>& verbs);
void add_fsck_verbs(std::vector<Verb>& verbs);

}  // namespace mlp::mlpctl
