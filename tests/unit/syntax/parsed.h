// SPDX-License-Identifier: Apache-2.0
//
// One text parsed, with what was said of it.
#pragma once

#include <string>

#include "compiler/diagnostics/print.h"
#include "compiler/syntax/parse.h"

namespace mlp::tests {

struct Parsed {
  source::SourceMap sources;
  diagnostics::Diagnostics diagnostics;
  syntax::ParsedFile result;

  explicit Parsed(const std::string& text, const std::string& path = "x.mlp") {
    const source::SourceId id = sources.add(source::SourceFile(path, text));
    result = syntax::parse(id, sources.get(id), diagnostics);
  }
  std::string said() const { return diagnostics::to_text(diagnostics, sources); }
  const syntax::File& file() const { return result.file; }
};

/// The value of `x` in a pipeline whose one statement is `x = <text>`.
inline syntax::Expr expression(const Parsed& parsed) {
  const auto& statement = parsed.file().pipelines.at(0).body.statements.at(0);
  return std::get<syntax::BindingStatement>(statement.node).value;
}

inline std::string in_pipeline(const std::string& text) {
  return "pipeline p() {\n  x = " + text + "\n}\n";
}

}  // namespace mlp::tests
