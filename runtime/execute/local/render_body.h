// SPDX-License-Identifier: Apache-2.0
//
// From a body and its values to an argument vector, variables and files. A value never becomes
// shell text: in a `run` body it travels in a variable and is expanded where it stands.
#pragma once

#include <string>
#include <vector>

#include "runtime/environment/environment.h"
#include "runtime/execute/local/shown_value.h"

namespace mlp::execute {

/// The kernel's bound on one argument or variable (MAX_ARG_STRLEN), with its end.
inline constexpr std::size_t kLongestWord = 128 * 1024 - 1;
/// All of them: what fits into a frame of the runner's protocol with the rest of a start.
inline constexpr std::size_t kLongestCommand = 960 * 1024;

struct CallFile {
  std::string name;  // in the slot, beside the working folder
  std::string content;
};

struct Invocation {
  std::vector<std::string> arguments;
  std::vector<std::string> variables;  // NAME=value
  std::vector<CallFile> files;
};

struct BodyOrder {
  const BodyScope& scope;
  const environment::Shell& shell;
  const environment::Prepared& environment;
  std::string slot_folder;    // absolute; where the files of the invocation will be
  std::string python_driver;  // path of the driver's file
};

/// kInvalid with what is wrong: a value that is too long, or has a NUL byte.
Result<Invocation> render_body(const BodyOrder& order);

/// Only for tests and errors: the shell text of a `run` body, and its variables.
Result<std::string> render_run(const BodyScope& scope, std::vector<std::string>& variables);

}  // namespace mlp::execute
