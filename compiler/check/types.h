// SPDX-License-Identifier: Apache-2.0
//
// Questions about types that checking asks again and again, over plan's table of types; and the
// error type, which fits everywhere so that one mistake is told once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "compiler/plan/type.h"

namespace mlp::check {

using plan::TypeId;
using plan::TypeKind;

class Types {
 public:
  Types();

  plan::TypeTable& table() { return table_; }
  const plan::TypeTable& table() const { return table_; }

  TypeId error() const { return error_; }
  /// Also true for a list of errors and the like: there are none, they collapse to the error type.
  bool is_error(TypeId type) const { return type == error_; }

  TypeId of(TypeKind kind) { return table_.simple(kind); }
  TypeId list_of(TypeId element);
  TypeId nullable(TypeId type);
  TypeId non_null(TypeId type);
  /// The anonymous record of these fields, the error type when one of them is.
  TypeId record(std::vector<plan::Field> fields);

  /// A copy, since interning moves the table.
  plan::Type get(TypeId type) const { return table_.get(type); }
  /// Kind of T in T and T?.
  TypeKind kind(TypeId type) const { return table_.get(type).kind; }
  bool is_nullable(TypeId type) const;
  /// One of these kinds and not nullable.
  bool is_one_of(TypeId type, std::initializer_list<TypeKind> kinds) const;
  bool is_number(TypeId type) const { return is_one_of(type, {TypeKind::kInt, TypeKind::kFloat}); }
  /// Takes part in `<`.
  bool is_ordered(TypeId type) const;

  /// True when a value of `from` may stand where `to` is asked for; errors fit everywhere.
  bool fits(TypeId from, TypeId to) const;
  /// The type both fit: int and float are float, T and null are T?. None when there is none.
  TypeId common(TypeId a, TypeId b);

  std::string text(TypeId type) const;

  /// True when the type, written out, has more than kMostParts parts: records in records multiply.
  bool is_too_large(TypeId type) { return size_of(type) > kMostParts; }

 private:
  // Far more than a table has columns; keeps every walk over a type short.
  static constexpr std::uint64_t kMostParts = 5000;

  std::uint64_t size_of(TypeId type);

  plan::TypeTable table_;
  TypeId error_;
  std::map<TypeId, std::uint64_t> sizes_;
};

}  // namespace mlp::check
