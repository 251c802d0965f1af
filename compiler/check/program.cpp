// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/program.h"

namespace mlp::check {

plan::Place Program::place(Span span) const {
  if (!span.source) return {};
  const source::Place found = sources.place(span);
  return {span.source.value - 1, found.line, found.column};
}

}  // namespace mlp::check
