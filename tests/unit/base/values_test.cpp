// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/random.h"
#include "base/time.h"

namespace mlp {
namespace {

TEST(Digest, IsSha256AndReadsBackFromHex) {
  const Digest digest = sha256("abc");
  EXPECT_EQ(digest.to_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(*Digest::from_hex(digest.to_hex()), digest);
  EXPECT_FALSE(Digest::from_hex("ba"));
  EXPECT_FALSE(Digest::from_hex(std::string(64, 'g')));
  Hasher hasher;
  hasher.update("a");
  hasher.update("bc");
  EXPECT_EQ(hasher.finish(), digest);
  EXPECT_EQ(hasher.finish(), sha256(""));
}

TEST(Bytes, AreReadBackAndShortInputIsNoticed) {
  const std::string bytes =
      ByteWriter().u8(7).u32(1u << 31).i64(-5).f64(0.5).text("hé").digest(sha256("x")).take();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u32(), 1u << 31);
  EXPECT_EQ(reader.i64(), -5);
  EXPECT_EQ(reader.f64(), 0.5);
  EXPECT_EQ(reader.text(), "hé");
  EXPECT_EQ(reader.digest(), sha256("x"));
  EXPECT_TRUE(reader.ok() && reader.at_end());
  ByteReader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
  cut.u8(), cut.u32(), cut.i64(), cut.f64(), cut.text(), cut.digest();
  EXPECT_FALSE(cut.ok());
}

TEST(Bytes, MinusZeroIsZeroAndEveryNanIsOne) {
  EXPECT_EQ(ByteWriter().f64(-0.0).take(), ByteWriter().f64(0.0).take());
  EXPECT_EQ(ByteWriter().f64(-std::nan("7")).take(), ByteWriter().f64(std::nan("")).take());
}

TEST(Json, IsReadAndHostileInputIsAnError) {
  EXPECT_EQ(get_int_or(*parse_json(R"({"a": 3})"), "a", 0), 3);
  EXPECT_FALSE(parse_json("{"));
  EXPECT_FALSE(parse_json(std::string(100000, '[')));
  EXPECT_FALSE(parse_json("NaN"));
  EXPECT_EQ(get_string_or(*parse_json(R"({"x\"NaN": NaN})", true), "x\"NaN", ""), "NaN");
  EXPECT_EQ(to_pretty_text(*parse_json(R"({"b":[1,2],"a":{}})")),
            "{\n  \"b\": [\n    1,\n    2\n  ],\n  \"a\": {}\n}\n");
  EXPECT_EQ(to_text(*parse_json(R"({"a":[0.9,2.0,"\n\u0001\"\\é",-2,null,{}]})")),
            R"({"a":[0.9,2.0,"\n\u0001\"\\é",-2,null,{}]})");
}

TEST(Values, FloatsInJsonAreReadExactly) {
  for (const char* text :
       {"0.30000000000000004", "9.223372233720369e+21", "2.2250738585072014e-308", "5e-324",
        "1.7976931348623157e+308", "0.1", "123456789.12345679"}) {
    EXPECT_EQ(to_text(*parse_json(text)), text);
  }
  EXPECT_FALSE(parse_json("1e400"));
  EXPECT_FALSE(parse_json("1 2"));
  EXPECT_EQ(to_text(*parse_json(R"({"a":1,"b":[],"a":2})")), R"({"a":2,"b":[]})");
}

TEST(Time, IsWrittenInUtcAndReadWithOffsets) {
  const Instant instant{1'769'826'600'250'000};
  EXPECT_EQ(to_rfc3339(instant), "2026-01-31T02:30:00.250Z");
  EXPECT_EQ(*from_rfc3339("2026-01-31T02:30:00.250Z"), instant);
  EXPECT_EQ(*from_rfc3339("2026-01-31T03:30:00.25+01:00"), instant);
  EXPECT_FALSE(from_rfc3339("2026-01-31"));
  EXPECT_FALSE(from_rfc3339("2026-01-31T02:30:00"));
  EXPECT_EQ(to_human(std::chrono::milliseconds(350)), "350ms");
  EXPECT_EQ(to_human(std::chrono::milliseconds(4230)), "4.2s");
  EXPECT_EQ(to_human(std::chrono::seconds(192)), "3m12s");
}

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  SeededRandom a(1);
  SeededRandom b(1);
  SeededRandom c(2);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
  EXPECT_LT(a.unit(), 1.0);
}

}  // namespace
}  // namespace mlp
