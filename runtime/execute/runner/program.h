// SPDX-License-Identifier: Apache-2.0
//
// Which file an argument vector starts, and what to say when it cannot be started: 127 and 126 as
// in a shell.
#pragma once

#include <string>
#include <vector>

namespace mlp::runner {

struct Program {
  std::string path;  // what is executed; as given when nothing was found
};

/// A name without a slash is looked for in PATH of `environment`; one with a slash is taken as it
/// is, relative to the working folder.
Program find_program(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment, const std::string& folder);

struct ProgramFailure {
  int exit_code = 127;
  std::string message;
};

/// `error` is an errno; `failed` names the call, empty for execve itself.
ProgramFailure explain_failure(const std::string& name, int error, const std::string& failed);

}  // namespace mlp::runner
