// SPDX-License-Identifier: Apache-2.0
//
// The way from text to tree on one screen: lex, arrange, parse, explain, build.
#include "compiler/syntax/parse.h"

#include "compiler/syntax/antlr.h"
#include "compiler/syntax/arrange.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/syntax_errors.h"

namespace mlp::syntax {

ParsedFile parse(source::SourceId id, const source::SourceFile& source,
                 diagnostics::Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count() + diagnostics.dropped();
  const LexedFile lexed = lex(id, source, diagnostics);
  const bool whole = lexed.read_until == UINT32_MAX;
  diagnostics::Diagnostics echoes;
  diagnostics::Diagnostics& heard = whole ? diagnostics : echoes;
  const Arranged arranged = arrange(id, lexed.tokens, heard);
  const ParseResult parsed = parse_tokens(arranged.tokens);
  report_syntax_errors(id, source, arranged, parsed.errors, heard);
  ParsedFile result;
  if (parsed.tree) result.file = build_file(id, *parsed.tree, arranged.docs, diagnostics);
  result.has_errors = !parsed.errors.empty() || !whole || lexed.gave_up ||
                      diagnostics.error_count() + diagnostics.dropped() > errors_before;
  return result;
}

}  // namespace mlp::syntax
