// SPDX-License-Identifier: Apache-2.0
//
// Any bytes to a tree. A file with mistakes is told them; one without is formatted, and then means
// the same and is formatted to itself.
#include "compiler/diagnostics/print.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"
#include "tests/fuzz/target.h"
#include "tests/support/meaning.h"

namespace mlp::fuzz {
namespace {

std::optional<std::string> formatted(const std::string& text) {
  diagnostics::Diagnostics said;
  return syntax::format(source::SourceId(1), source::SourceFile("x.mlp", text), said);
}

}  // namespace

void take(std::string_view input) {
  const std::string text(input);
  source::SourceMap sources;
  const source::SourceId id = sources.add(source::SourceFile("x.mlp", text));
  diagnostics::Diagnostics said;
  const syntax::ParsedFile parsed = syntax::parse(id, sources.get(id), said);
  MLP_CHECK(parsed.has_errors == said.has_errors());
  static_cast<void>(diagnostics::to_text(said, sources));
  static_cast<void>(diagnostics::to_json(said, sources));

  const auto once = formatted(text);
  MLP_CHECK(once.has_value() == !parsed.has_errors);
  if (!once) return;
  MLP_CHECK(formatted(*once) == once);
  MLP_CHECK(tests::meaning(*once) == tests::meaning(text));
}

}  // namespace mlp::fuzz
