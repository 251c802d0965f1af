// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "compiler/plan/evaluate.h"
#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

Value file_value(std::string name) {
  return Value::of_artifact({false, sha256("content"), 7, std::move(name), nullptr});
}

/// A table with the types the tests name.
struct Types {
  TypeTable table;
  TypeId whole = table.simple(TypeKind::kInt);
  TypeId number = table.simple(TypeKind::kFloat);
  TypeId text = table.simple(TypeKind::kString);
  TypeId duration = table.simple(TypeKind::kDuration);
  TypeId file = table.simple(TypeKind::kFile);
  TypeId scores =
      record("Scores", {{"accuracy", number, {}}, {"f1", number, Value::of_float(0.5)}});
  TypeId split = make_enum();

  TypeId record(std::string name, std::vector<Field> fields) {
    Type type;
    type.kind = TypeKind::kRecord;
    type.name = std::move(name);
    type.fields = std::move(fields);
    return table.intern(std::move(type));
  }
  TypeId of(TypeKind kind, TypeId element, std::string format = {}) {
    Type type;
    type.kind = kind;
    type.element = element;
    type.format = std::move(format);
    return table.intern(std::move(type));
  }
  TypeId make_enum() {
    Type type;
    type.kind = TypeKind::kEnum;
    type.name = "Split";
    type.enum_names = {"random", "by_day"};
    return table.intern(std::move(type));
  }
  std::string read(TypeId type, std::string_view json) {
    const Result<Value> value = from_json(table, type, *parse_json(json, true));
    return value ? to_text(*value) : value.error().message;
  }
  std::string read_text(TypeId type, std::string_view written) {
    const Result<Value> value = from_text(table, type, written);
    return value ? to_text(*value) : value.error().message;
  }
};

TEST(TextForm, of_durations_is_the_largest_unit_that_divides) {
  const auto text = [](std::int64_t us) { return to_text(Value::of_duration(us)); };
  EXPECT_EQ(text(90 * kSecond), "90s");
  EXPECT_EQ(text(5400 * kSecond), "90min");
  EXPECT_EQ(text(2 * 86'400 * kSecond), "2d");
  EXPECT_EQ(text(250'000), "250ms");
  EXPECT_EQ(text(1'500), "1.5ms");
  EXPECT_EQ(text(-500), "-0.5ms");
  EXPECT_EQ(text(0), "0s");
  EXPECT_EQ(text(-60 * kSecond), "-1min");
}

TEST(TextForm, of_sizes_and_floats_and_times) {
  EXPECT_EQ(to_text(Value::of_size(2LL << 30)), "2GiB");
  EXPECT_EQ(to_text(Value::of_size(1536)), "1536B");
  EXPECT_EQ(to_text(Value::of_size(0)), "0B");
  EXPECT_EQ(to_text(Value::of_float(1)), "1.0");
  EXPECT_EQ(to_text(Value::of_float(0.93)), "0.93");
  EXPECT_EQ(to_text(Value::of_float(1e300)), "1e+300");
  EXPECT_EQ(to_text(Value::of_float(std::numeric_limits<double>::quiet_NaN())), "NaN");
  EXPECT_EQ(to_text(Value::of_date(20'484)), "2026-01-31");
  EXPECT_EQ(to_text(Value::of_datetime(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_text(Value::of_datetime(-500'000)), "1969-12-31T23:59:59.5Z");
}

TEST(TextForm, of_the_largest_sizes_is_read_back) {
  TypeTable table;
  for (const std::int64_t most :
       {std::numeric_limits<std::int64_t>::max(), 2'209'999'999'000'000'000}) {
    const Value size = Value::of_size(most);
    EXPECT_EQ(from_text(table, table.simple(TypeKind::kSize), to_text(size)).value(), size);
  }
}

TEST(TextForm, of_collections_is_json_and_of_an_artifact_its_name) {
  const Value list = Value::of_list({Value::of_float(1), Value::of_string("a\"b\n"), Value()});
  EXPECT_EQ(to_text(list), "[1.0,\"a\\\"b\\n\",null]");
  EXPECT_EQ(
      to_text(Value::of_record({{"b", Value::of_int(1)}, {"a", Value::of_duration(kSecond)}})),
      "{\"b\":1,\"a\":\"1s\"}");
  EXPECT_EQ(to_text(Value::of_map({{"b", Value()}, {"a", Value::of_bool(true)}})),
            "{\"a\":true,\"b\":null}");
  EXPECT_EQ(to_text(file_value("x.csv")), "x.csv");
}

TEST(TextForm, reads_back_what_it_wrote) {
  Types types;
  const TypeId size = types.table.simple(TypeKind::kSize);
  const TypeId date = types.table.simple(TypeKind::kDate);
  const TypeId datetime = types.table.simple(TypeKind::kDatetime);
  EXPECT_EQ(types.read_text(types.duration, "1.5h"), "90min");
  EXPECT_EQ(types.read_text(types.duration, "-0.5ms"), "-0.5ms");
  EXPECT_EQ(types.read_text(size, "1.5KiB"), "1536B");
  EXPECT_EQ(types.read_text(size, "1MB"), "1000000B");
  EXPECT_EQ(types.read_text(date, "2024-02-29"), "2024-02-29");
  EXPECT_EQ(types.read_text(datetime, "2026-01-31T02:30:00+01:00"), "2026-01-31T01:30:00Z");
  EXPECT_EQ(types.read_text(types.whole, "1_000"), "1000");
  EXPECT_EQ(types.read_text(types.number, "3"), "3.0");
  EXPECT_EQ(types.read_text(types.text, " as it is "), " as it is ");
  EXPECT_EQ(types.read_text(types.split, "by_day"), "by_day");
  EXPECT_EQ(types.read_text(types.scores, "{\"accuracy\": 1}"), "{\"accuracy\":1.0,\"f1\":0.5}");
  EXPECT_EQ(types.read_text(types.table.nullable(types.whole), "null"), "null");
}

TEST(TextForm, says_what_a_right_one_looks_like) {
  Types types;
  EXPECT_EQ(types.read_text(types.duration, "5m"),
            "expected duration like 250ms, 10s, 5min, 2h or 7d, found `5m`");
  EXPECT_EQ(types.read_text(types.duration, "0.0001ms"),
            "expected duration like 250ms, 10s, 5min, 2h or 7d, no finer, found `0.0001ms`");
  EXPECT_EQ(types.read_text(types.whole, "9223372036854775808"),
            "expected an int of 64 bits, found `9223372036854775808`");
  EXPECT_EQ(types.read_text(types.whole, "3.5"), "expected int, found `3.5`");
  EXPECT_EQ(types.read_text(types.number, "inf"), "expected float, found `inf`");
  EXPECT_EQ(types.read_text(types.table.simple(TypeKind::kDate), "2026-02-30"),
            "expected date like 2026-01-31, found `2026-02-30`");
  EXPECT_EQ(types.read_text(types.split, "daily"), "expected one of random, by_day, found `daily`");
  EXPECT_EQ(types.read_text(types.table.simple(TypeKind::kBool), "yes"),
            "expected true or false, found `yes`");
}

TEST(ValueJson, mistakes_name_the_part) {
  Types types;
  const TypeId run = types.record(
      "Run", {{"scores", types.scores, {}}, {"sizes", types.table.list_of(types.whole), {}}});
  EXPECT_EQ(types.read(run, R"({"scores": {"accuracy": 1, "f1": "high"}, "sizes": []})"),
            "scores.f1: expected float, found a string");
  EXPECT_EQ(types.read(run, R"({"scores": {"accuracy": 1}, "sizes": [1, 2.5]})"),
            "sizes[1]: expected int, found the number 2.5");
  EXPECT_EQ(types.read(run, R"({"scores": {"accuracy": 1}})"),
            "sizes: expected [int], found nothing");
  EXPECT_EQ(types.read(run, R"({"scores": {"acuracy": 1}, "sizes": []})"),
            "scores.accuracy: expected float, found nothing");
  EXPECT_EQ(types.read(run, R"({"scores": {"accuracy": 1, "f2": 1}, "sizes": []})"),
            "scores: unknown part `f2`; did you mean `f1`?");
  EXPECT_EQ(types.read(run, "[]"), "expected an object, found a list");
  EXPECT_EQ(types.read(run, "null"), "expected Run, found null");
}

TEST(ValueJson, metrics_may_measure_more_than_is_asked_for) {
  Types types;
  const TypeId typed = types.of(TypeKind::kMetrics, types.scores);
  EXPECT_EQ(types.read(typed, R"({"accuracy": NaN, "f1": 1, "auc": 0.5})"),
            R"({"accuracy":"NaN","f1":1.0})");
  const TypeId open = types.table.simple(TypeKind::kMetrics);
  EXPECT_EQ(types.read(open, R"({"b": 1, "a": {"x": Infinity}})"),
            R"({"a":{"x":"Infinity"},"b":1.0})");
}

TEST(ValueJson, artifacts_read_back_and_hostile_ones_do_not) {
  Types types;
  const Value value = file_value("x.csv");
  const Result<Value> back = from_json(types.table, types.file, to_json(value));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, value);
  EXPECT_EQ(back->as_artifact().size, 7u);
  JsonObject json = to_json(value).as_object();
  json["name"] = "../x";
  EXPECT_FALSE(from_json(types.table, types.file, json));
  EXPECT_EQ(types.read(types.file, "\"x.csv\""), "expected File, found a string");
}

// ---- bytes ------------------------------------------------------------------------------------

std::vector<std::pair<std::string, Value>> all_kinds() {
  return {
      {"null", Value()},
      {"bool", Value::of_bool(true)},
      {"int", Value::of_int(-42)},
      {"float", Value::of_float(0.93)},
      {"string", Value::of_string("häß")},
      {"duration", Value::of_duration(5 * 60 * kSecond)},
      {"size", Value::of_size(2LL << 30)},
      {"date", Value::of_date(20'484)},
      {"datetime", Value::of_datetime(1'700'000'000'000'000)},
      {"enum", Value::of_enum("by_day")},
      {"list", Value::of_list({Value::of_int(1), Value()})},
      {"record", Value::of_record({{"b", Value::of_int(1)}, {"a", Value::of_float(-0.0)}})},
      {"map", Value::of_map({{"b", Value::of_string("")}, {"a", Value::of_list({})}})},
      {"artifact", file_value("x.csv")},
  };
}

std::string store_digest(const Value& value) {
  ByteWriter out;
  encode(value, out);
  return sha256(out.bytes()).to_hex().substr(0, 16);
}

std::string key_digest(const Value& value) {
  ByteWriter out;
  encode_for_key(value, out);
  return sha256(out.bytes()).to_hex().substr(0, 16);
}

TEST(ValueBytes, read_back_as_they_were) {
  for (const auto& [name, value] : all_kinds()) {
    ByteWriter out;
    encode(value, out);
    ByteReader in(out.bytes());
    const Result<Value> back = decode_value(in);
    ASSERT_TRUE(back) << name;
    EXPECT_EQ(*back, value) << name;
    EXPECT_TRUE(in.at_end()) << name;
    for (std::size_t size = 0; size < out.bytes().size(); ++size) {
      ByteReader cut(std::string_view(out.bytes()).substr(0, size));
      EXPECT_FALSE(decode_value(cut)) << name << " cut to " << size;
    }
  }
}

TEST(ValueBytes, hostile_counts_and_nesting_end_in_an_error) {
  ByteReader many("\x0a\xff\xff\xff\xff\x00");
  EXPECT_FALSE(decode_value(many));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += std::string("\x0a\x00\x00\x00\x01", 5);
  ByteReader nested(deep);
  EXPECT_FALSE(decode_value(nested));
}

// Stored records and keys of every store out there depend on these: a new digest here needs a new
// version in front of what holds the bytes.
TEST(ValueBytes, of_a_date_that_no_calendar_has_are_refused) {
  for (const Value& value : {Value::of_date(1LL << 40), Value::of_datetime(1LL << 62)}) {
    ByteWriter out;
    encode(value, out);
    ByteReader in(out.bytes());
    EXPECT_FALSE(decode_value(in)) << to_text(value);
  }
}

TEST(ValueBytes, never_change) {
  std::string text;
  for (const auto& [name, value] : all_kinds()) {
    text += name + " " + store_digest(value) + " " + key_digest(value) + "\n";
  }
  EXPECT_EQ(text, R"(null 6e340b9cffb37a98 6e340b9cffb37a98
bool 9dcf97a184f32623 5e27d2618c2998b6
int 1da3b713cdfc2164 f4b42d2d2aad9442
float 80020f5f787e8290 80020f5f787e8290
string 440837888993aabc 440837888993aabc
duration e4fe05ada8a79370 e4fe05ada8a79370
size f77fe1443879c04f f77fe1443879c04f
date 2d5e37be659590b2 caf9bd5fc0d6efe1
datetime 1e965b3795ae654a 1e965b3795ae654a
enum 177f3bb558b12fd8 177f3bb558b12fd8
list 7ba0f00a990db903 5d903c5b216b3782
record 8ecd6c9ea89c3418 2d02396c06193244
map e529eb90fae27b0b e529eb90fae27b0b
artifact a1ce1bce21a8afbb 722da448a9945a70
)");
}

TEST(ValueBytes, of_a_key_do_not_know_order_of_parts_size_or_sign_of_zero) {
  const Value ab = Value::of_record({{"a", Value::of_int(1)}, {"b", Value::of_float(0.0)}});
  const Value ba = Value::of_record({{"b", Value::of_float(-0.0)}, {"a", Value::of_int(1)}});
  EXPECT_EQ(key_digest(ab), key_digest(ba));
  const Value small = Value::of_artifact({false, sha256("x"), 1, "x", nullptr});
  const Value large = Value::of_artifact({false, sha256("x"), 2, "x", nullptr});
  EXPECT_EQ(key_digest(small), key_digest(large));
  const Value renamed = Value::of_artifact({false, sha256("x"), 1, "y", nullptr});
  EXPECT_NE(key_digest(small), key_digest(renamed));
  EXPECT_NE(key_digest(Value()), key_digest(Value::of_string("")));
  EXPECT_NE(key_digest(Value()), key_digest(Value::of_list({})));
  EXPECT_NE(key_digest(Value::of_int(1)), key_digest(Value::of_string("1")));
}

// ---- types ------------------------------------------------------------------------------------

TEST(TypeTable, equal_types_have_one_id) {
  Types types;
  const std::size_t size = types.table.size();
  EXPECT_EQ(types.table.list_of(types.whole), types.table.list_of(types.whole));
  EXPECT_EQ(types.table.size(), size + 1);
  EXPECT_NE(types.table.nullable(types.whole), types.whole);
  EXPECT_EQ(types.table.non_null(types.table.nullable(types.whole)), types.whole);
  EXPECT_EQ(types.table.get(TypeId()).kind, TypeKind::kNone);
}

TEST(TypeTable, types_are_shown_as_written) {
  Types types;
  const auto text = [&](TypeId id) { return to_text(types.table, id); };
  EXPECT_EQ(text(types.table.list_of(types.of(TypeKind::kFile, {}, "csv"))), "[File<csv>]");
  EXPECT_EQ(text(types.of(TypeKind::kMetrics, types.scores)), "Metrics<Scores>");
  EXPECT_EQ(text(types.of(TypeKind::kMap, types.whole)), "{string: int}");
  EXPECT_EQ(text(types.record(
                "", {{"a", types.whole, {}}, {"b", types.table.nullable(types.number), {}}})),
            "(a: int, b: float?)");
}

TEST(Conversions, only_those_of_the_language_happen_by_themselves) {
  Types types;
  const auto fits = [&](TypeId from, TypeId to) { return is_assignable(types.table, from, to); };
  const TypeId csv = types.of(TypeKind::kFile, {}, "csv");
  const TypeId metrics = types.of(TypeKind::kMetrics, types.scores);
  const TypeId maybe = types.table.nullable(types.whole);
  EXPECT_TRUE(fits(types.whole, types.number));
  EXPECT_FALSE(fits(types.number, types.whole));
  EXPECT_TRUE(fits(types.whole, maybe));
  EXPECT_TRUE(fits(types.whole, types.table.nullable(types.number)));
  EXPECT_FALSE(fits(maybe, types.whole));
  EXPECT_TRUE(fits(types.table.simple(TypeKind::kNull), maybe));
  EXPECT_TRUE(fits(csv, types.file));
  EXPECT_FALSE(fits(types.file, csv));
  EXPECT_TRUE(fits(types.table.list_of(csv), types.table.list_of(types.file)));
  EXPECT_TRUE(fits(metrics, types.scores));
  EXPECT_TRUE(fits(metrics, types.table.simple(TypeKind::kMetrics)));
  EXPECT_TRUE(fits(metrics, types.file));
  EXPECT_FALSE(fits(types.scores, metrics));
  EXPECT_TRUE(fits(types.table.simple(TypeKind::kPlot), types.file));
  EXPECT_FALSE(fits(types.table.simple(TypeKind::kModel), types.file));
  EXPECT_FALSE(fits(types.table.simple(TypeKind::kDir), types.file));
}

TEST(Conversions, an_anonymous_record_fits_a_record_with_the_same_fields) {
  Types types;
  const TypeId given = types.record("", {{"f1", types.whole, {}}, {"accuracy", types.number, {}}});
  const TypeId other = types.record("", {{"accuracy", types.number, {}}, {"x", types.whole, {}}});
  const TypeId partly = types.record("", {{"accuracy", types.number, {}}});
  EXPECT_TRUE(is_assignable(types.table, given, types.scores));
  EXPECT_FALSE(is_assignable(types.table, other, types.scores));
  EXPECT_TRUE(is_assignable(types.table, partly, types.scores));
  const Value value =
      Value::of_record({{"f1", Value::of_int(1)}, {"accuracy", Value::of_float(2)}});
  EXPECT_EQ(to_text(convert(types.table, types.scores, value)), R"({"accuracy":2.0,"f1":1.0})");
  const Value short_one = Value::of_record({{"accuracy", Value::of_float(2)}});
  EXPECT_EQ(to_text(convert(types.table, types.scores, short_one)), R"({"accuracy":2.0,"f1":0.5})");
}

TEST(Conversions, leave_a_value_alone_that_fits) {
  Types types;
  const Value value = Value::of_list({Value::of_float(1)});
  const Value same = convert(types.table, types.table.list_of(types.number), value);
  EXPECT_EQ(&same.as_list(), &value.as_list());
  const Value whole = Value::of_list({Value::of_int(1), Value()});
  const TypeId maybe = types.table.list_of(types.table.nullable(types.number));
  EXPECT_EQ(to_text(convert(types.table, maybe, whole)), "[1.0,null]");
}

}  // namespace
}  // namespace mlp::plan
