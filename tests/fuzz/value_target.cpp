// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a value of each type, from text, JSON or the store's bytes: what is read is written
// and read again as the same value.
#include "compiler/plan/evaluate.h"
#include "compiler/plan/value_json.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

using plan::TypeId;
using plan::TypeKind;
using plan::Value;

struct Types {
  plan::TypeTable table;
  std::vector<TypeId> all;

  Types() {
    using enum TypeKind;
    for (const TypeKind kind :
         {kBool, kInt, kFloat, kString, kDuration, kSize, kDate, kDatetime, kFile}) {
      all.push_back(table.simple(kind));
    }
    plan::Type colour;
    colour.kind = kEnum;
    colour.name = "Colour";
    colour.enum_names = {"red", "green"};
    all.push_back(table.intern(colour));
    all.push_back(table.list_of(table.simple(kInt)));
    plan::Type map;
    map.kind = kMap;
    map.element = table.nullable(table.simple(kFloat));
    all.push_back(table.intern(map));
    plan::Type record;
    record.kind = kRecord;
    record.fields = {{"a", table.simple(kInt), {}},
                     {"b", table.list_of(table.simple(kString)), Value::of_list({})},
                     {"c", table.nullable(table.simple(kDuration)), {}}};
    all.push_back(table.list_of(table.intern(record)));
  }
};

void check_value(const Value& value) {
  ByteWriter out;
  plan::encode(value, out);
  ByteReader in(out.bytes());
  const auto back = plan::decode_value(in);
  MLP_CHECK(back && in.at_end() && *back == value);
  ByteWriter key;
  plan::encode_for_key(value, key);
  static_cast<void>(plan::to_text(value));
  static_cast<void>(plan::to_json(value));
}

void take_bytes(std::string_view input) {
  ByteReader in(input);
  const auto value = plan::decode_value(in);
  if (value) check_value(*value);
}

void take_text(const Types& types, TypeId type, std::string_view input) {
  const auto value = plan::from_text(types.table, type, input);
  if (!value) return;
  check_value(*value);
  // The text of an artifact is its name, for people: not read back.
  if (plan::is_artifact(types.table.get(type).kind)) return;
  const auto again = plan::from_text(types.table, type, plan::to_text(*value));
  MLP_CHECK(again && *again == *value);
}

void take_json(const Types& types, TypeId type, std::string_view input) {
  const auto json = parse_json(input, true);
  if (!json) return;
  const auto value = plan::from_json(types.table, type, *json);
  if (!value) return;
  check_value(*value);
  const auto again = plan::from_json(types.table, type, plan::to_json(*value));
  MLP_CHECK(again && *again == *value);
}

}  // namespace

void take(std::string_view input) {
  static const Types types;
  const std::size_t way = take_choice(input, 3);
  if (way == 0) return take_bytes(input);
  const TypeId type = types.all[take_choice(input, types.all.size())];
  return way == 1 ? take_text(types, type, input) : take_json(types, type, input);
}

}  // namespace mlp::fuzz
