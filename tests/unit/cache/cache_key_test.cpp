// SPDX-License-Identifier: Apache-2.0
//
// What is in the key of a task run and what is not, and that the explanation agrees.
#include "runtime/cache/cache_key.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/text.h"
#include "tests/unit/cache/sample_key.h"

namespace mlp::cache {
namespace {

TEST(Key, EachPartChangesItAndIsNamedByTheExplanation) {
  const Sample before;
  for (const Change& change : kChanges) {
    Sample after;
    change.make(after);
    EXPECT_NE(after.key(), before.key()) << change.what;
    const std::vector<Difference> found = explain(before.described(), after.described());
    ASSERT_GE(found.size(), 1u) << change.what;
    EXPECT_EQ(found[0].part, change.part) << change.what;
    EXPECT_EQ(found[0].sentence.rfind(change.sentence, 0), 0u)
        << change.what << ": " << found[0].sentence;
  }
}

TEST(Key, SecretsAndNetworkAreInItToo) {
  const Described before = Sample().described();
  Described after = before;
  after.base.secrets = {"token"};
  after.base.has_network = false;
  EXPECT_NE(encode(after.base), encode(before.base));
  const std::vector<Difference> found = explain(before, after);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].sentence, "secret token is new");
  EXPECT_EQ(found[1].sentence, "the network was on, is off");
}

TEST(Key, WhatTheOutputsDoNotDependOnIsNotInIt) {
  const Digest key = Sample().key();
  const std::vector<std::function<void(Sample&)>> changes = {
      [](Sample& s) { s.definition.name = "renamed"; },
      [](Sample& s) { s.definition.doc = "another comment"; },
      [](Sample& s) { s.definition.place = {0, 99, 9}; },
      [](Sample& s) { s.definition.body.place = {0, 99, 9}; },
      [](Sample& s) { s.definition.body.run[1].value->place = {0, 99, 9}; },
      [](Sample& s) { s.definition.cpus = plan::build::number(8); },
      [](Sample& s) { s.definition.timeout.reset(); },
      [](Sample& s) { s.definition.retry.clear(); },
      [](Sample& s) { s.definition.tags = {"other"}; },
      [](Sample& s) { s.definition.is_cached = false; },
      [](Sample& s) { s.definition.files[0].size = 99; },
      [](Sample& s) { s.plan.pipeline = "other"; },
      // More types in the plan move the numbers of types.
      [](Sample& s) {
        plan::Plan other;
        other.types.list_of(other.types.simple(plan::TypeKind::kDatetime));
        const plan::TypeId csv = other.types.simple(plan::TypeKind::kFile);
        s.definition = plan::build::fit_definition(other.types, csv, {});
        s.plan = other;
      },
      // The order in which inputs are declared.
      [](Sample& s) {
        std::swap(s.definition.inputs[0], s.definition.inputs[1]);
        std::swap(s.values[0], s.values[1]);
        s.definition.body.run[1].value->number = 0;
        s.definition.outputs[0].place->children[1].number = 1;
      },
      // An input that only resources use.
      [](Sample& s) {
        s.definition.inputs.push_back({"memory", {}, "", false});
        s.values.push_back(Value::of_int(7));
      },
      // How the body was cut into pieces.
      [](Sample& s) {
        s.definition.body.run[0].text = "python ";
        s.definition.body.run.insert(s.definition.body.run.begin() + 1,
                                     plan::RunPart{"fit.py ", {}, plan::Quoting::kWord, {}, {}});
      },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Sample changed;
    changes[i](changed);
    EXPECT_EQ(changed.key(), key) << "change " << i;
    EXPECT_TRUE(explain(Sample().described(), changed.described()).empty()) << "change " << i;
  }
}

plan::TypeId scores_type(plan::TypeTable& types, const std::string& name,
                         std::vector<plan::Field> fields) {
  plan::Type type;
  type.kind = plan::TypeKind::kRecord;
  type.name = name;
  type.fields = std::move(fields);
  return types.intern(std::move(type));
}

Digest key_with_output(const std::string& name,
                       const std::function<std::vector<plan::Field>(plan::TypeTable&)>& fields) {
  Sample sample;
  plan::TypeTable& types = sample.plan.types;
  sample.definition.outputs[0].type = types.list_of(scores_type(types, name, fields(types)));
  return sample.key();
}

TEST(Key, ARecordIsItsFieldsAndTheirDefaultsNotItsName) {
  const auto one = [](plan::TypeTable& types) {
    return std::vector<plan::Field>{{"a", types.simple(plan::TypeKind::kInt), {}}};
  };
  const auto two = [](plan::TypeTable& types) {
    const plan::TypeId number = types.simple(plan::TypeKind::kInt);
    return std::vector<plan::Field>{{"a", number, {}}, {"b", types.nullable(number), {}}};
  };
  const auto with_default = [](plan::TypeTable& types) {
    return std::vector<plan::Field>{{"a", types.simple(plan::TypeKind::kInt), Value::of_int(1)}};
  };
  const Digest key = key_with_output("Scores", one);
  EXPECT_EQ(key_with_output("renamed.Scores", one), key);
  EXPECT_NE(key_with_output("Scores", two), key);
  EXPECT_NE(key_with_output("Scores", with_default), key);
}

// Each type has the one before it twice: written out, the last would have 2^64 parts.
TEST(Key, TypesOfTypesAreTakenApartOnce) {
  Sample sample;
  plan::TypeTable& types = sample.plan.types;
  plan::TypeId type = types.simple(plan::TypeKind::kInt);
  for (int i = 0; i < 64; ++i) {
    type = scores_type(types, "T" + std::to_string(i), {{"a", type, {}}, {"b", type, {}}});
  }
  sample.definition.outputs[0].type = type;
  EXPECT_LT(encode(sample.described().base).size(), 10'000u);
}

TEST(Key, NeverChangesFromOneVersionToTheNext) {
  const Sample sample;
  EXPECT_EQ(sha256(encode(sample.described().base)).to_hex(),
            "b0523de794a0a2dc18d1140169c6e1f41a058347b4bb37d6e3cf99d9d704ea23");
  EXPECT_EQ(sample.key().to_hex(),
            "1e1c7780759c45423eea0d08f53fbf09f15073a0563369a36fc16b40f33ef177");
}

TEST(Key, ItsDescriptionComesBackWhole) {
  const Described described = Sample().described();
  const KeyBase base = decode_base(encode(described.base)).value();
  EXPECT_EQ(encode(base), encode(described.base));
  const std::vector<KeyInput> inputs = decode_inputs(encode_inputs(described.inputs)).value();
  EXPECT_EQ(key_of(sha256("b"), inputs), key_of(sha256("b"), described.inputs));
  EXPECT_TRUE(explain(described, {base, inputs}).empty());
}

TEST(Key, DamagedDescriptionsAreAnErrorNotACrash) {
  const Described described = Sample().described();
  const std::string base = encode(described.base);
  for (std::size_t size = 0; size < base.size(); ++size) {
    EXPECT_FALSE(decode_base(base.substr(0, size)).has_value());
  }
  std::string other_form = base;
  other_form.back() = 2;  // the last flag: neither yes nor no
  EXPECT_FALSE(decode_base(other_form).has_value());
  const std::string inputs = encode_inputs(described.inputs);
  for (std::size_t size = 0; size < inputs.size(); ++size) {
    EXPECT_FALSE(decode_inputs(inputs.substr(0, size)).has_value());
  }
}

TEST(Explanation, ShowsTheLinesOfTheBodyThatDiffer) {
  Sample before;
  before.definition.body.run = {{"set -e\npython fit.py\n", {}, plan::Quoting::kWord, {}, {}}};
  Sample after;
  after.definition.body.run = {
      {"set -e\npython fit.py --fast\n", {}, plan::Quoting::kWord, {}, {}}};
  const std::vector<Difference> found = explain(before.described(), after.described());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].before, "python fit.py");
  EXPECT_EQ(found[0].after, "python fit.py --fast");
}

TEST(Explanation, CutsLongTextBetweenCharacters) {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string line(before, 'a');
    for (int i = 0; i < 40; ++i) line += "\xe2\x80\xa6";
    Sample sample;
    sample.definition.body.run = {{line, {}, plan::Quoting::kWord, {}, {}}};
    const std::vector<Difference> found = explain(Sample().described(), sample.described());
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(is_utf8(found[0].after)) << found[0].after;
    EXPECT_LE(found[0].after.size(), 63u);
  }
}

TEST(Explanation, ShowsConstantsOfVariables) {
  Sample after;
  after.definition.vars[0].value = plan::build::text("8");
  const std::vector<Difference> found = explain(Sample().described(), after.described());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].before, "1");
  EXPECT_EQ(found[0].after, "8");
}

}  // namespace
}  // namespace mlp::cache
