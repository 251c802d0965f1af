// SPDX-License-Identifier: Apache-2.0
//
// A task, its inputs and one change of each part of its key, in process. tests/cache does the same
// through the front, with text.
#pragma once

#include <functional>
#include <vector>

#include "runtime/cache/explain.h"
#include "tests/unit/plan/sample_plan.h"

namespace mlp::cache {

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

inline Value other_file() {
  plan::Artifact data;
  data.digest = sha256("other data");
  data.name = "data.csv";
  return Value::of_artifact(data);
}

inline Value renamed_file() {
  plan::Artifact data;
  data.digest = sha256("data");
  data.name = "renamed.csv";
  return Value::of_artifact(data);
}

inline const std::vector<Change> kChanges = {
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

}  // namespace mlp::cache
