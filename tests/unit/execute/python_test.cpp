// SPDX-License-Identifier: Apache-2.0
//
// `python "file.py:function"`: called with its inputs as Python values, answered with its outputs.
#include "base/text.h"
#include "tests/unit/execute/executor_fixture.h"

namespace mlp::execute {
namespace {

using model::EndReason;
using plan::TypeKind;
using plan::Value;

class PythonBody : public ExecutorTest {
 protected:
  OneTask function(const std::string& text) {
    const Value file = store(text, "fit.py");
    OneTask task;
    task.definition().body.kind = plan::BodyKind::kPython;
    task.definition().body.file = "src/fit.py";
    task.definition().body.function = "fit";
    task.definition().files.push_back(
        {"src/fit.py", false, text.size(), file.as_artifact().digest});
    return task;
  }
};

TEST_F(PythonBody, GetsValuesAsPythonHasThemAndReturnsValues) {
  OneTask task = function(R"(
import datetime, pathlib
def fit(train, trees, wait, size, day, at, settings, files, model, note=None):
    assert isinstance(train, pathlib.Path) and train.read_text() == "a,b\n", train
    assert trees == 50 and wait == datetime.timedelta(minutes=5) and size == 2 * 1024**3
    assert day == datetime.date(2026, 1, 31), day
    assert at == datetime.datetime(2026, 1, 31, 2, 30, tzinfo=datetime.timezone.utc), at
    assert settings == {"lr": 0.5}, settings
    assert [f.name for f in files] == ["a.csv", "b.csv"], files
    model.write_text("the model")
    print("fitted")
    return {"scores": {"accuracy": 0.9}, "took": datetime.timedelta(seconds=90)}
)");
  const plan::TypeId real = task.plan->types.simple(TypeKind::kFloat);
  plan::Type settings = type_of(TypeKind::kRecord);
  settings.fields = {{"lr", real, std::nullopt}};
  plan::Type list = type_of(TypeKind::kList);
  list.element = task.plan->types.simple(TypeKind::kFile);
  task.input("train", type_of(TypeKind::kFile), store("a,b\n", "train.csv"))
      .input("trees", type_of(TypeKind::kInt), Value::of_int(50))
      .input("wait", type_of(TypeKind::kDuration), Value::of_duration(300'000'000))
      .input("size", type_of(TypeKind::kSize), Value::of_size(2ll << 30))
      .input("day", type_of(TypeKind::kDate), Value::of_date(20484))
      .input("at", type_of(TypeKind::kDatetime), Value::of_datetime(1769826600'000000))
      .input("settings", settings, Value::of_record({{"lr", Value::of_float(0.5)}}))
      .input("files", list, Value::of_list({store("1", "a.csv"), store("2", "b.csv")}))
      .input("note", type_of(TypeKind::kString), Value())
      .output("model", type_of(TypeKind::kModel), "model.pkl")
      .output("scores", type_of(TypeKind::kMetrics), "out/scores.json")
      .output("took", type_of(TypeKind::kDuration), "out/took");
  const AttemptEnded end = run(task);
  ASSERT_EQ(end.outcome.reason, EndReason::kSucceeded) << end.outcome.message << "\n" << end.log;
  EXPECT_EQ(end.log, "fitted\n");
  EXPECT_EQ(bytes_of(end, 0), "the model");
  EXPECT_EQ(end.outputs[2].value, Value::of_duration(90'000'000));
}

TEST_F(PythonBody, WithOneValueOutputReturnsItAsItIs) {
  OneTask task = function("def fit():\n    return [1, 2]\n");
  plan::Type list = type_of(TypeKind::kList);
  list.element = task.plan->types.simple(TypeKind::kInt);
  const AttemptEnded end = run(task.output("x", list, "out/x"));
  ASSERT_EQ(end.outputs.size(), 1u) << end.log;
  EXPECT_EQ(end.outputs[0].value, Value::of_list({Value::of_int(1), Value::of_int(2)}));
}

TEST_F(PythonBody, ThatLacksItsFunctionOrReturnsTooLittleSaysSo) {
  OneTask lacking = function("def fot(): pass\n");
  EXPECT_EQ(run(lacking).log, "src/fit.py has no function `fit`\n");
  OneTask little = function("def fit():\n    return {'a': 1}\n");
  little.output("a", type_of(TypeKind::kInt), "out/a")
      .output("b", type_of(TypeKind::kInt), "out/b");
  EXPECT_EQ(run(little).log, "src/fit.py:fit returned no `b`; it returned a\n");
  OneTask odd = function("def fit(x):\n    return 1\n");
  odd.input("trees", type_of(TypeKind::kInt), Value::of_int(1));
  EXPECT_EQ(run(odd).log,
            "src/fit.py:fit cannot be called with trees: missing a required argument: 'x'\n");
}

TEST_F(PythonBody, ShowsTheTracebackOfAnException) {
  OneTask task = function("def fit():\n    raise ValueError('no')\n");
  const AttemptEnded end = run(task);
  EXPECT_EQ(end.outcome.reason, EndReason::kExit);
  EXPECT_EQ(end.outcome.code, 1);
  EXPECT_NE(end.log.find("ValueError: no"), std::string::npos) << end.log;
  EXPECT_NE(end.log.find("src/fit.py\", line 2, in fit"), std::string::npos) << end.log;
}

}  // namespace
}  // namespace mlp::execute
