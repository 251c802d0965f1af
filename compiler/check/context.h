// SPDX-License-Identifier: Apache-2.0
//
// What every part of checking shares: the program, the sink of diagnostics, the project's files.
#pragma once

#include <string>
#include <vector>

#include "compiler/check/program.h"
#include "compiler/diagnostics/diagnostic.h"

namespace mlp::check {

using diagnostics::Kind;

struct Context {
  Program& program;
  source::SourceLoader& loader;
  diagnostics::Diagnostics& sink;
  std::vector<const Pipeline*> running;  // being checked, each called by the one before

  diagnostics::Diagnostic& report(Kind kind, Span span, std::string message) {
    return sink.report(kind, span, std::move(message));
  }
  Types& types() { return program.types; }
};

/// "did you mean `fit`?", or `otherwise` when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string otherwise = "");

/// "`a`, `b` and `c`".
std::string quoted_list(const std::vector<std::string>& words);

/// The type; the error type after telling that it is too large.
TypeId bounded_type(Context& context, TypeId type, Span span);

template <typename Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.push_back(entry.first);
  return names;
}

/// Its digest, size and mode, as a task sees it.
Result<plan::SeenFile> seen_file(source::SourceLoader& loader, const std::string& path);

}  // namespace mlp::check
