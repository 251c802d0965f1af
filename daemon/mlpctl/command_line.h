// SPDX-License-Identifier: Apache-2.0
//
// Words of the command line to a verb with its options, by a table of verbs. The one door to CLI11.
// Knows nothing of what a verb does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/mlpctl/exit_code.h"

namespace mlp::mlpctl {

struct Context;

/// An argument without a dash, in its place.
struct ArgumentSpec {
  std::string name;  // "FILE": as shown and as asked for
  std::string help;
  bool is_required = true;
  bool is_repeated = false;
};

/// `flags`: "--follow" or "-f,--follow"; asked for by its long name without dashes.
struct OptionSpec {
  std::string flags;
  std::string value;  // "name=value": what follows it; empty: nothing does
  std::string help;
  bool is_repeated = false;
};

using VerbFunction = Result<ExitCode> (*)(Context&);

/// "run", or "artifacts list": the second word is a verb below the first.
struct Verb {
  std::string name;
  std::string summary;
  std::vector<ArgumentSpec> arguments;
  std::vector<OptionSpec> options;
  std::string examples;  // shown below the help, lines as they are
  VerbFunction run = nullptr;
};

/// What the user wrote, by long name or argument name.
class CommandLine {
 public:
  bool has(std::string_view name) const { return values_.contains(std::string(name)); }
  /// The last value given, or the fallback.
  std::string get(std::string_view name, std::string fallback = "") const;
  std::vector<std::string> all(std::string_view name) const;
  void add(const std::string& name, std::string value) {
    values_[name].push_back(std::move(value));
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

/// Either a verb to run, or a text to print and an exit code (help, version, a mistake).
struct ParsedCommand {
  const Verb* verb = nullptr;
  CommandLine line;
  std::string text;
  ExitCode exit_code = ExitCode::kOk;
};

/// `words` without the program's name. Options in `globals` may stand before or after the verb.
ParsedCommand parse_command_line(const std::vector<std::string>& words,
                                 const std::vector<Verb>& verbs,
                                 const std::vector<OptionSpec>& globals);

}  // namespace mlp::mlpctl
