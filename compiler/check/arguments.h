// SPDX-License-Identifier: Apache-2.0
//
// Puts the arguments of a call, positional or named, into the order of what is called.
#pragma once

#include <string>
#include <vector>

#include "compiler/check/context.h"

namespace mlp::check {

/// What a call may give: an input, a parameter, an argument of a function.
struct Formal {
  std::string name;
  bool is_required = true;
  std::string type = {};  // as written, for messages; may be empty
};

struct Arranged {
  std::vector<const syntax::Argument*> given;  // one a formal; null where not given
  std::vector<const syntax::Argument*> extra;  // fits no formal; told
  bool is_complete = true;                     // nothing required is missing
};

/// Tells what is missing, unknown, given twice or out of order. `callee` is shown in backquotes.
Arranged arrange_arguments(Context& context, const std::string& callee, Span callee_span,
                           const std::vector<syntax::Argument>& arguments,
                           const std::vector<Formal>& formals);

}  // namespace mlp::check
