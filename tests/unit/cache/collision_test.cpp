// SPDX-License-Identifier: Apache-2.0
//
// No two different descriptions share a key: not by joining pieces, not by one change undoing
// another.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "tests/unit/cache/sample_key.h"

namespace mlp::cache {
namespace {

TEST(Key, EveryPairOfPartsGivesAKeyOfItsOwn) {
  std::map<Digest, std::string> known = {{Sample().key(), "nothing"}};
  const auto expect_new = [&](const Sample& sample, const std::string& what) {
    const auto [at, is_new] = known.emplace(sample.key(), what);
    EXPECT_TRUE(is_new) << what << " has the key of " << at->second;
  };
  for (const Change& first : kChanges) {
    Sample sample;
    first.make(sample);
    expect_new(sample, first.what);
    for (const Change& second : kChanges) {
      if (second.part <= first.part) continue;  // of one part, one may hide the other
      Sample both = sample;
      second.make(both);
      expect_new(both, std::string(first.what) + " and " + second.what);
    }
  }
}

/// Short texts that would run into each other if nothing stood between them.
std::string random_text(Random& random) {
  static const std::vector<std::string> texts = {
      "", "a", "aa", "b", "ab", std::string(1, '\0'), std::string(4, '\0'), std::string("a\0", 2),
      std::string("\0a", 2), std::string("\1\0\0\0a", 5), "\x01"};
  return texts[random.below(texts.size())];
}

KeyBase random_base(Random& random) {
  KeyBase base;
  base.body_kind = static_cast<plan::BodyKind>(random.below(4));
  for (std::uint64_t i = random.below(3); i > 0; --i) {
    base.body.push_back({random.below(2) == 0, random_text(random)});
  }
  for (std::uint64_t i = random.below(3); i > 0; --i) {
    base.files.push_back({random_text(random), random.below(2) == 0, 0, sha256(random_text(random))});
  }
  for (std::uint64_t i = random.below(3); i > 0; --i) {
    base.outputs.push_back({random_text(random), random_text(random), random_text(random),
                            random.below(2) == 0});
  }
  for (std::uint64_t i = random.below(3); i > 0; --i) {
    base.variables.push_back({random_text(random), random_text(random)});
  }
  for (std::uint64_t i = random.below(3); i > 0; --i) base.secrets.push_back(random_text(random));
  base.has_network = random.below(2) == 0;
  return base;
}

bool is_same(const KeyBase& a, const KeyBase& b) {
  return a.body_kind == b.body_kind && a.body == b.body && a.files == b.files &&
         a.environment == b.environment && a.outputs == b.outputs && a.variables == b.variables &&
         a.secrets == b.secrets && a.has_network == b.has_network;
}

// What comes back whole from its bytes shares them with nothing else.
TEST(Key, ADescriptionIsReadBackFromItsBytesWhateverItsTextsAre) {
  SeededRandom random(4);
  for (int i = 0; i < 20'000; ++i) {
    const KeyBase base = random_base(random);
    const Result<KeyBase> back = decode_base(encode(base));
    ASSERT_TRUE(back.has_value()) << "base " << i;
    ASSERT_TRUE(is_same(*back, base)) << "base " << i;
  }
}

Value random_value(Random& random, int depth) {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0:
      return Value();
    case 1:
      return Value::of_int(static_cast<std::int64_t>(random.below(3)));
    case 2:
      return Value::of_bool(random.below(2) == 0);
    case 3:
      return Value::of_float(static_cast<double>(random.below(3)));
    case 4:
      return Value::of_string(std::to_string(random.below(3)));
    case 5:
      return Value::of_string(random_text(random));
    default: {
      plan::List items;
      for (std::uint64_t i = random.below(3); i > 0; --i) {
        items.push_back(random_value(random, depth - 1));
      }
      return Value::of_list(std::move(items));
    }
  }
}

/// A value in words that name its kind: what a key must tell apart.
std::string words(const Value& value) {
  std::string text = std::to_string(static_cast<int>(value.kind())) + ":";
  if (value.kind() != plan::ValueKind::kList) {
    const std::string shown = plan::to_text(value);
    return text + std::to_string(shown.size()) + "." + shown + ";";
  }
  for (const Value& item : value.as_list()) text += words(item);
  return text + ";";
}

TEST(Key, DifferentInputsHaveDifferentKeys) {
  SeededRandom random(5);
  std::map<Digest, std::string> known;
  std::set<std::string> seen;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<KeyInput> inputs;
    std::string shown;
    for (std::uint64_t count = random.below(3); count > 0; --count) {
      inputs.push_back({random_text(random), random_text(random), random_value(random, 2)});
      const KeyInput& input = inputs.back();
      shown += std::to_string(input.name.size()) + "." + input.name + "," +
               std::to_string(input.place.size()) + "." + input.place + "," + words(input.value);
    }
    const auto [at, is_new] = known.emplace(key_of(sha256("base"), inputs), shown);
    ASSERT_EQ(at->second, shown);
    ASSERT_EQ(seen.insert(shown).second, is_new) << "equal inputs have different keys: " << shown;
  }
}

}  // namespace
}  // namespace mlp::cache
