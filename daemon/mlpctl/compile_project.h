// SPDX-License-Identifier: Apache-2.0
//
// What a run is given by its user: the files of the project and the arguments, read on the client
// so that mistakes are told at once and every file a run looks at is known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/plan/arguments.h"
#include "daemon/mlpctl/project.h"

namespace mlp::mlpctl {

/// What `file`, `dir`, `glob` and `read` see: the project, and what the user names by an absolute
/// path, which is taken in.
plan::FileAccess make_file_access(DiskLoader& loader);

/// "name=value" words of --set, by parameter. kInvalid for a word without `=` or a name given
/// twice.
Result<std::map<std::string, Json>> parse_arguments(const std::vector<std::string>& words);

/// The arguments as the daemon is to read them: paths of files are those of the snapshot. Call it
/// after they were bound with `loader`'s access.
JsonObject to_sent_arguments(const std::map<std::string, Json>& given, const plan::Plan& plan,
                             const DiskLoader& loader);

/// What is wrong with the arguments, as text: each names its parameter, with "did you mean".
std::string to_text(const std::vector<plan::ArgumentMistake>& mistakes, const plan::Plan& plan);

}  // namespace mlp::mlpctl
