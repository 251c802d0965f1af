// SPDX-License-Identifier: Apache-2.0
//
// Values as JSON and back, as text and back, and their byte encoding for keys and the store.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "compiler/plan/type.h"
#include "compiler/plan/value.h"

namespace mlp::plan {

/// Scalars as JSON scalars; duration, size, date, datetime and enum as strings in their text form;
/// an artifact as {"digest", "size", "name", "kind": "file"|"folder"}. NaN and infinities as strings.
Json to_json(const Value& value);

/// Checks JSON against a type, part by part; fills defaults of record fields. The error names the
/// part: "scores.f1: expected float, found a string". Artifacts are read back as to_json wrote them.
Result<Value> from_json(const TypeTable& types, TypeId type, const Json& json);

/// A value from its text form, as --set and scalar outputs give it: `5min`, `0.93`, `by_day`, JSON
/// for records, maps and lists. kInvalid with what was expected.
Result<Value> from_text(const TypeTable& types, TypeId type, std::string_view text);

/// Version 1 of the byte encoding ("Encoding of values" in docs/store-format.md): a tag byte, then
/// the fields. Used in keys and stored records. Two equal values have equal bytes.
void encode(const Value& value, ByteWriter& out);
/// kCorrupt when the bytes are no value.
Result<Value> decode_value(ByteReader& in);

/// True when a value of type `from` may stand where `to` is expected ("Conversions" in docs/language.md).
bool is_assignable(const TypeTable& types, TypeId from, TypeId to);

}  // namespace mlp::plan
