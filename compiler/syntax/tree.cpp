// SPDX-License-Identifier: Apache-2.0
//
// Looking for children of a concrete tree's node.
#include <algorithm>

#include "compiler/syntax/token.h"

namespace mlp::syntax {

const Tree* Tree::child(Rule wanted) const {
  const auto found = std::ranges::find(children, wanted, &Tree::rule);
  return found == children.end() ? nullptr : &*found;
}

std::vector<const Tree*> Tree::all(Rule wanted) const {
  std::vector<const Tree*> found;
  for (const Tree& each : children) {
    if (each.rule == wanted) found.push_back(&each);
  }
  return found;
}

const Tree* Tree::leaf(std::string_view text) const {
  for (const Tree& each : children) {
    if (each.token != nullptr && each.token->text == text && each.token->kind != TokenKind::kText) {
      return &each;
    }
  }
  return nullptr;
}

const Tree* Tree::leaf(TokenKind kind) const {
  for (const Tree& each : children) {
    if (each.token != nullptr && each.token->kind == kind) return &each;
  }
  return nullptr;
}

}  // namespace mlp::syntax
