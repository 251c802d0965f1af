// SPDX-License-Identifier: Apache-2.0
//
// The few things the tree says of itself.
#include "compiler/syntax/ast.h"

namespace mlp::syntax {

bool StringLiteral::is_constant() const {
  for (const StringPart& part : parts) {
    if (std::holds_alternative<Interpolation>(part)) return false;
  }
  return true;
}

std::string StringLiteral::text() const {
  std::string joined;
  for (const StringPart& part : parts) {
    if (const auto* text_part = std::get_if<TextPart>(&part)) joined += text_part->text;
  }
  return joined;
}

const char* to_text(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return "or";
    case BinaryOp::kAnd:
      return "and";
    case BinaryOp::kEqual:
      return "==";
    case BinaryOp::kNotEqual:
      return "!=";
    case BinaryOp::kLess:
      return "<";
    case BinaryOp::kLessEqual:
      return "<=";
    case BinaryOp::kGreater:
      return ">";
    case BinaryOp::kGreaterEqual:
      return ">=";
    case BinaryOp::kIn:
      return "in";
    case BinaryOp::kFallback:
      return "??";
    case BinaryOp::kAdd:
      return "+";
    case BinaryOp::kSubtract:
      return "-";
    case BinaryOp::kMultiply:
      return "*";
    case BinaryOp::kDivide:
      return "/";
    case BinaryOp::kRemainder:
      return "%";
  }
  return "?";
}

}  // namespace mlp::syntax
