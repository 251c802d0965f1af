// SPDX-License-Identifier: Apache-2.0
//
// What is in the key of a task run and what is not, and that the explanation agrees.
#include "runtime/cache/cache_key.h"

#include <gtest/gtest.h>

#include <functional>

#include "runtime/cache/explain.h"
#include "tests/unit/plan/sample_plan.h"

namespace mlp::cache {
namespace {

using plan::Value;

/// A task of the sample plan and all that its key is made from.
struct Sample {
  plan::Plan plan;
  plan::TaskDefinition definition;
  Digest environment = sha256("environment");
  std::vector<Value> values;

  Sample() {
    const plan::TypeId csv = plan.types.simple(plan::TypeKind::kFile);
    definition = plan::build::fit_definition(plan.types, csv, {});
    plan::Artifact data;
    data.digest = sha256("data");
    data.name = "data.csv";
    data.size = 4;
    values = {Value::of_artifact(data), Value::of_int(10)};
  }
  Described described() const {
    return {describe(plan, definition, environment), key_inputs(definition, values)};
  }
  Digest key() const {
    const Described all = described();
    return key_of(sha256(encode(all.base)), all.inputs);
  }
};

struct Change {
  const char* what;
  std::function<void(Sample&)> make;
  Part part;
  const char* sentence;
};

Value other_file() {
  plan::Artifact data;
  data.digest = sha256("other data");
  data.name = "data.csv";
  return Value::of_artifact(data);
}

Value renamed_file() {
  plan::Artifact data;
  data.digest = sha256("data");
  data.name = "renamed.csv";
  return Value::of_artifact(data);
}

const std::vector<Change> kChanges = {
    {"text of the body", [](Sample& s) { s.definition.body.run[0].text = "python fit2.py "; },
     Part::kBody, "the body changed"},
    {"quoting", [](Sample& s) { s.definition.body.run[1].quoting = plan::Quoting::kRaw; },
     Part::kBody, "an expression in the body changed"},
    {"separator", [](Sample& s) { s.definition.body.run[1].separator.reset(); }, Part::kBody,
     "an expression in the body changed"},
    {"flag", [](Sample& s) { s.definition.body.run[1].flag = "--t"; }, Part::kBody,
     "an expression in the body changed"},
    {"value in the body", [](Sample& s) { s.definition.body.run[1].value->number = 0; },
     Part::kBody, "an expression in the body changed"},
    {"kind of the body", [](Sample& s) { s.definition.body.kind = plan::BodyKind::kPython; },
     Part::kBody, "the body was run, is python"},
    {"content of a file", [](Sample& s) { s.definition.files[0].digest = sha256("new"); },
     Part::kFile, "fit.py changed"},
    {"mode of a file", [](Sample& s) { s.definition.files[0].is_executable = false; },
     Part::kFile, "fit.py is no longer executable"},
    {"one more file",
     [](Sample& s) { s.definition.files.push_back({"util.py", false, 1, sha256("u")}); },
     Part::kFile, "util.py is new"},
    {"one file less", [](Sample& s) { s.definition.files.clear(); }, Part::kFile,
     "fit.py is gone"},
    {"environment", [](Sample& s) { s.environment = sha256("venv"); }, Part::kEnvironment,
     "the environment changed"},
    {"a number", [](Sample& s) { s.values[1] = Value::of_int(50); }, Part::kInput,
     "input trees was 10, is 50"},
    {"kind of a value", [](Sample& s) { s.values[1] = Value::of_float(10); }, Part::kInput,
     "input trees"},
    {"a file given", [](Sample& s) { s.values[0] = other_file(); }, Part::kInput,
     "input source changed"},
    {"name of a file given", [](Sample& s) { s.values[0] = renamed_file(); }, Part::kInput,
     "input source changed"},
    {"place of an input", [](Sample& s) { s.definition.inputs[0].place = "elsewhere.csv"; },
     Part::kInput, "input source stands at another place"},
    {"type of an output",
     [](Sample& s) {
       s.definition.outputs[0].type = s.plan.types.simple(plan::TypeKind::kInt);
     },
     Part::kOutput, "output score was float, is int"},
    {"place of an output", [](Sample& s) { s.definition.outputs[0].place.reset(); },
     Part::kOutput, "output score stands at another place"},
    {"one output less", [](Sample& s) { s.definition.outputs.pop_back(); }, Part::kOutput,
     "output log is gone"},
    {"a variable", [](Sample& s) { s.definition.vars[0].value = plan::build::text("2"); },
     Part::kVariable, "variable THREADS changed"},
    {"one variable more",
     [](Sample& s) { s.definition.vars.push_back({"SEED", plan::build::text("1")}); },
     Part::kVariable, "variable SEED is new"},
};

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

TEST(Key, NeverChangesFromOneVersionToTheNext) {
  const Sample sample;
  EXPECT_EQ(sha256(encode(sample.described().base)).to_hex(),
            "a06e7272ac0a3d5d147a83b0ffc1643a5ddb73eb2b7a3f9d835eb4160e2921e3");
  EXPECT_EQ(sample.key().to_hex(),
            "74a4735a091ef5b104ef722492d6e6cb3bb9917eedddeb9d854a41d95b2cbe44");
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
  const std::string inputs = encode_inputs(described.inputs);
  for (std::size_t size = 0; size < inputs.size(); ++size) {
    EXPECT_FALSE(decode_inputs(inputs.substr(0, size)).has_value());
  }
}

TEST(Explanation, ShowsTheLinesOfTheBodyThatDiffer) {
  Sample before;
  before.definition.body.run = {{"set -e\npython fit.py\n", {}, plan::Quoting::kWord, {}, {}}};
  Sample after;
  after.definition.body.run = {{"set -e\npython fit.py --fast\n", {}, plan::Quoting::kWord, {}, {}}};
  const std::vector<Difference> found = explain(before.described(), after.described());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].before, "python fit.py");
  EXPECT_EQ(found[0].after, "python fit.py --fast");
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
