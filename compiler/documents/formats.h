// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: one function a format, each the only door to its library.
#pragma once

#include "compiler/documents/documents.h"

namespace mlp::documents {

/// Counts the values of a document as they are made; both say what is too much.
class Budget {
 public:
  Status take_value(int depth) {
    if (depth > kMostDepth) return Error{ErrorCode::kLimit, "nests deeper than 64 levels"};
    if (++values_ > kMostValues) return Error{ErrorCode::kLimit, "has more than 2 million values"};
    return {};
  }

 private:
  std::size_t values_ = 0;
};

Result<Json> parse_yaml(std::string_view text);
Result<Json> parse_toml(std::string_view text);
/// A header line, then rows: a list of objects of strings (RFC 4180; quotes, newlines in quotes).
Result<Json> parse_csv(std::string_view text);

}  // namespace mlp::documents
