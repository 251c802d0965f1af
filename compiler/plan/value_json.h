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

/// Version 1 of the byte encoding for the store ("Encoding of values" in docs/plan-json.md): a
/// tag byte (ValueKind), then the fields, parts of a record in their order. An artifact with its
/// size, without its content. Two equal values of one type have equal bytes.
void encode(const Value& value, ByteWriter& out);

/// Version 1 of the encoding in keys of task runs. As encode(), but: bool, int and date as their
/// text, parts of a record sorted by name bytes, an artifact as kind, digest and base name. Float by
/// its 64 bits (-0 as 0), null by its own tag. Cannot be read back.
void encode_for_key(const Value& value, ByteWriter& out);

/// kCorrupt when the bytes are no value.
Result<Value> decode_value(ByteReader& in);

/// True when a value of type `from` may stand where `to` is expected ("Conversions" in docs/language.md).
bool is_assignable(const TypeTable& types, TypeId from, TypeId to);

/// The value as one of type `to`, to which its own type is assignable: int to float, parts of a
/// record in the order of the type with its defaults, Metrics to a JSON file. The same value, not
/// copied, where nothing changes; parts that cannot be converted stay as they are.
Value convert(const TypeTable& types, TypeId to, const Value& value);

}  // namespace mlp::plan
