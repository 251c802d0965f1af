// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/plan/build.h"

namespace mlp::plan {
namespace {

using namespace build;  // NOLINT: the vocabulary of this file

const std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
const double kNan = std::numeric_limits<double>::quiet_NaN();

std::string date_sum(std::int64_t days, std::int64_t hours) {
  return shown(binary(literal(Value::of_date(days)), Operator::kAdd, minutes(hours * 60)));
}

// ---- operators --------------------------------------------------------------------------------

TEST(Operators, compute_numbers_and_stop_at_overflow) {
  EXPECT_EQ(shown(binary(whole(2), Operator::kAdd, whole(3))), "5");
  EXPECT_EQ(shown(binary(whole(7), Operator::kDivide, whole(2))), "3.5");
  EXPECT_EQ(shown(binary(whole(-7), Operator::kModulo, whole(2))), "1");
  EXPECT_EQ(shown(binary(number(-7.5), Operator::kModulo, number(2))), "0.5");
  EXPECT_EQ(shown(binary(whole(1), Operator::kAdd, number(0.5))), "1.5");
  EXPECT_EQ(shown(binary(whole(kLargest), Operator::kAdd, whole(1))),
            "error: the sum is out of range");
  EXPECT_EQ(shown(binary(whole(kLargest), Operator::kMultiply, whole(2))),
            "error: the product is out of range");
  EXPECT_EQ(shown(unary(Operator::kNegate, whole(-kLargest - 1))),
            "error: the number is out of range");
  EXPECT_EQ(shown(binary(whole(-kLargest - 1), Operator::kModulo, whole(-1))), "0");
  EXPECT_EQ(shown(call(Function::kDiv, {whole(-kLargest - 1), whole(-1)})),
            "error: the quotient is out of range");
  EXPECT_EQ(shown(binary(whole(1), Operator::kDivide, whole(0))), "error: division by zero");
  EXPECT_EQ(shown(binary(number(1), Operator::kModulo, number(0))), "error: division by zero");
}

TEST(Operators, know_durations_and_sizes) {
  EXPECT_EQ(shown(binary(minutes(90), Operator::kAdd, minutes(30))), "2h");
  EXPECT_EQ(shown(binary(minutes(2), Operator::kMultiply, whole(3))), "6min");
  EXPECT_EQ(shown(binary(number(1.5), Operator::kMultiply, minutes(2))), "3min");
  EXPECT_EQ(shown(binary(minutes(3), Operator::kDivide, minutes(2))), "1.5");
  EXPECT_EQ(shown(binary(minutes(3), Operator::kDivide, whole(2))), "90s");
  EXPECT_EQ(shown(binary(minutes(120), Operator::kAdd, whole(3))),
            "error: `+` does not take a duration and an int");
  EXPECT_EQ(shown(binary(minutes(1), Operator::kMultiply, minutes(1))),
            "error: `*` does not take a duration and a duration");
  const Expression size = literal(Value::of_size(1 << 20));
  EXPECT_EQ(shown(binary(size, Operator::kMultiply, whole(4))), "4MiB");
  EXPECT_EQ(shown(binary(size, Operator::kAdd, minutes(1))),
            "error: `+` does not take a size and a duration");
  EXPECT_EQ(shown(binary(minutes(1), Operator::kMultiply, number(1e300))),
            "error: the duration is out of range");
  EXPECT_EQ(shown(binary(minutes(1), Operator::kMultiply, number(kNan))),
            "error: the duration is out of range");
}

TEST(Operators, know_dates) {
  EXPECT_EQ(date_sum(20'484, 24), "2026-02-01");
  EXPECT_EQ(date_sum(20'484, 12), "error: a date takes whole days, not 12h");
  EXPECT_EQ(date_sum(2'932'896, 24), "error: the date is out of range");
  const auto date = [](std::int64_t days) { return literal(Value::of_date(days)); };
  EXPECT_EQ(shown(binary(date(10), Operator::kSubtract, date(3))), "7d");
  EXPECT_EQ(shown(binary(date(10), Operator::kAdd, date(3))),
            "error: `+` does not take a date and a date");
  const Expression moment = literal(Value::of_datetime(0));
  EXPECT_EQ(shown(binary(moment, Operator::kSubtract, minutes(30))), "1969-12-31T23:30:00Z");
}

TEST(Operators, compare_values_of_one_type) {
  EXPECT_EQ(shown(binary(text("a"), Operator::kLess, text("b"))), "true");
  EXPECT_EQ(shown(binary(text("z"), Operator::kLess, text("é"))), "true");
  EXPECT_EQ(shown(binary(whole(1), Operator::kEqual, number(1))), "true");
  EXPECT_EQ(shown(binary(number(kNan), Operator::kEqual, number(kNan))), "false");
  EXPECT_EQ(shown(binary(number(kNan), Operator::kLessEqual, number(1))), "false");
  EXPECT_EQ(shown(binary(number(kNan), Operator::kGreaterEqual, number(1))), "false");
  EXPECT_EQ(shown(binary(literal(Value()), Operator::kEqual, literal(Value()))), "true");
  EXPECT_EQ(shown(binary(flag(true), Operator::kLess, flag(false))),
            "error: `<` does not take a bool and a bool");
  EXPECT_EQ(shown(binary(wholes({1, 2}), Operator::kEqual, wholes({1, 2}))), "true");
}

TEST(Operators, look_into_lists_and_maps) {
  EXPECT_EQ(shown(binary(whole(2), Operator::kIn, wholes({1, 2}))), "true");
  EXPECT_EQ(shown(binary(whole(3), Operator::kIn, wholes({1, 2}))), "false");
  const Expression map = literal(Value::of_map({{"a", Value::of_int(1)}}));
  EXPECT_EQ(shown(binary(text("a"), Operator::kIn, map)), "true");
  EXPECT_EQ(shown(binary(text("b"), Operator::kIn, map)), "false");
  EXPECT_EQ(shown(index(map, text("a"))), "1");
  EXPECT_EQ(shown(index(map, text("b"))), "error: there is no key \"b\"");
  EXPECT_EQ(shown(index(wholes({5, 6}), whole(1))), "6");
  EXPECT_EQ(shown(index(wholes({5, 6}), whole(2))),
            "error: index 2 is outside of a list of 2 items");
  EXPECT_EQ(shown(index(wholes({5, 6}), whole(-1))),
            "error: index -1 is outside of a list of 2 items");
}

TEST(Operators, look_only_at_what_they_need) {
  const Expression failing = index(wholes({}), whole(0));
  EXPECT_EQ(shown(binary(flag(false), Operator::kAnd, failing)), "false");
  EXPECT_EQ(shown(binary(flag(true), Operator::kOr, failing)), "true");
  EXPECT_EQ(shown(binary(whole(1), Operator::kCoalesce, failing)), "1");
  EXPECT_EQ(shown(binary(literal(Value()), Operator::kCoalesce, whole(2))), "2");
  EXPECT_EQ(shown(of(ExpressionKind::kConditional, {flag(true), whole(1), failing})), "1");
  EXPECT_EQ(shown(of(ExpressionKind::kConditional, {flag(false), failing, whole(2)})), "2");
}

TEST(Evaluate, tells_the_place_of_a_mistake) {
  Expression bad = binary(whole(1), Operator::kDivide, whole(0));
  bad.place = {2, 41, 7};
  EvaluationContext context;
  const Evaluated result = evaluate(list({whole(1), bad}), context);
  EXPECT_EQ(result.kind, Evaluated::Kind::kError);
  EXPECT_EQ(result.place, (Place{2, 41, 7}));
}

TEST(Evaluate, names_the_statement_that_is_not_known_yet) {
  EvaluationContext context;
  const Value three = Value::of_int(3);
  context.value_of = [&](StatementId id) { return id.value == 1 ? &three : nullptr; };
  const Expression sum = binary(statement(1), Operator::kAdd, statement(2));
  EXPECT_EQ(shown(sum, context), "unknown 2");
  EXPECT_EQ(shown(binary(flag(false), Operator::kAnd, statement(2)), context), "false");
  EXPECT_EQ(shown(binary(statement(2), Operator::kAnd, flag(false)), context), "unknown 2");
  EXPECT_EQ(shown(call(Function::kFilter, {wholes({1}), lambda(statement(4))}), context),
            "unknown 4");
  EXPECT_EQ(statements_read(binary(sum, Operator::kAdd, statement(1))),
            (std::vector<StatementId>{StatementId(1), StatementId(2)}));
}

TEST(Evaluate, gives_what_a_task_knows_of_itself) {
  EvaluationContext context;
  const std::vector<Value> inputs{Value::of_string("x")};
  const std::vector<std::string> paths{"out/model.pkl"};
  const LastAttempt last{"timeout", 1 << 30, 1};
  Expression path = of(ExpressionKind::kOutputPath);
  Expression reason = of(ExpressionKind::kLast);
  reason.name = "reason";
  Expression memory = of(ExpressionKind::kLast);
  memory.name = "peak_memory";
  EXPECT_EQ(shown(of(ExpressionKind::kInput), context), "unknown 0");
  EXPECT_EQ(shown(reason, context), "");
  context.inputs = &inputs;
  context.output_paths = &paths;
  context.attempt = 2;
  context.last = &last;
  EXPECT_EQ(shown(of(ExpressionKind::kInput), context), "x");
  EXPECT_EQ(shown(path, context), "out/model.pkl");
  EXPECT_EQ(shown(of(ExpressionKind::kAttempt), context), "2");
  EXPECT_EQ(shown(reason, context), "timeout");
  EXPECT_EQ(shown(memory, context), "1GiB");
}

TEST(Evaluate, makes_texts_records_and_maps) {
  EXPECT_EQ(shown(of(ExpressionKind::kText, {text("n="), whole(3), text(" t="), minutes(90)})),
            "n=3 t=90min");
  const Expression pair = record({{"a", whole(1)}, {"b", text("x")}});
  EXPECT_EQ(shown(pair), R"({"a":1,"b":"x"})");
  EXPECT_EQ(shown(field(pair, "b")), "x");
  EXPECT_EQ(shown(field(pair, "c")), "error: a record has no part `c`");
  EXPECT_EQ(shown(field(literal(Value()), "c")), "error: null has no part `c`");
  EXPECT_EQ(shown(of(ExpressionKind::kMap, {text("b"), whole(1), text("a"), whole(2)})),
            R"({"a":2,"b":1})");
}

TEST(Comprehension, gives_the_product_and_the_last_list_varies_fastest) {
  const Expression body = list({local(0), local(1)});
  EXPECT_EQ(shown(of(ExpressionKind::kComprehension, {wholes({1, 2}), wholes({3, 4}), body})),
            "[[1,3],[1,4],[2,3],[2,4]]");
  EXPECT_EQ(shown(of(ExpressionKind::kComprehension, {wholes({}), body})), "[]");
  // A lambda inside sees the name of the comprehension below its own.
  const Expression inner = call(
      Function::kFilter, {wholes({1, 2, 3}), lambda(binary(local(1), Operator::kGreater, local(0)))});
  EXPECT_EQ(shown(of(ExpressionKind::kComprehension, {wholes({1, 2}), inner})), "[[2,3],[3]]");
}

TEST(Evaluate, always_ends) {
  EvaluationContext context;
  context.fuel = 1000;
  const Expression many = call(Function::kRange, {whole(100'000)});
  EXPECT_EQ(shown(many, context),
            "error: the expression takes too many operations; let a task compute it");
  Expression deep = whole(1);
  for (int i = 0; i < 10'000; ++i) {
    Expression outer = of(ExpressionKind::kList);
    outer.children.push_back(std::move(deep));
    deep = std::move(outer);
  }
  EXPECT_EQ(shown(deep), "error: the expression nests too deep");
  EXPECT_EQ(shown(call(Function::kRange, {whole(kLargest)})),
            "error: the list has more than 10 million items");
  const Expression million = call(Function::kRange, {whole(1'000'000)});
  EvaluationContext enough;
  const Expression doubled = of(ExpressionKind::kComprehension,
                                {million, binary(local(0), Operator::kMultiply, whole(2))});
  EXPECT_EQ(shown(call(Function::kLast, {doubled}), enough), "1999998");
}

TEST(Evaluate, malformed_expressions_are_mistakes_and_no_crash) {
  for (const ExpressionKind kind :
       {ExpressionKind::kLocal, ExpressionKind::kField, ExpressionKind::kIndex,
        ExpressionKind::kBinary, ExpressionKind::kConditional, ExpressionKind::kFunction,
        ExpressionKind::kLambda, ExpressionKind::kComprehension, ExpressionKind::kConvert}) {
    EXPECT_EQ(shown(of(kind)), "error: the expression is malformed");
  }
  EXPECT_EQ(shown(of(ExpressionKind::kConditional, {whole(1), whole(2), whole(3)})),
            "error: expected true or false, found an int");
  EXPECT_EQ(shown(call(Function::kCount, {whole(1)})),
            "error: argument 1 must be a list, found an int");
}

// ---- functions --------------------------------------------------------------------------------

TEST(ListFunctions, aggregate) {
  EXPECT_EQ(shown(call(Function::kCount, {wholes({1, 2})})), "2");
  EXPECT_EQ(shown(call(Function::kSum, {wholes({1, 2})})), "3");
  EXPECT_EQ(shown(call(Function::kSum, {list({})})), "0");
  EXPECT_EQ(shown(call(Function::kMean, {wholes({1, 2})})), "1.5");
  EXPECT_EQ(shown(call(Function::kMean, {list({})})), "error: mean of an empty list");
  EXPECT_EQ(shown(call(Function::kMin, {numbers({kNan, 2, 1})})), "1.0");
  EXPECT_EQ(shown(call(Function::kMax, {numbers({kNan, 2, 1, kNan})})), "2.0");
  EXPECT_EQ(shown(call(Function::kFirst, {list({})})), "error: first of an empty list");
  EXPECT_EQ(shown(call(Function::kLast, {wholes({1, 2})})), "2");
}

TEST(ListFunctions, choose_the_first_of_ties_and_never_nan) {
  const auto item = [](double key, const char* name) {
    return Value::of_record({{"key", Value::of_float(key)}, {"name", Value::of_string(name)}});
  };
  const Expression items = literal(Value::of_list(
      {item(kNan, "n"), item(2, "a"), item(2, "b"), item(1, "c"), item(1, "d")}));
  const Expression key = lambda(field(local(0), "key"));
  const auto names = [&](Function function) {
    return shown(field(call(function, {items, key}), "name"));
  };
  EXPECT_EQ(names(Function::kMaxBy), "a");
  EXPECT_EQ(names(Function::kMinBy), "c");
  const Expression sorted = call(Function::kSortBy, {items, key});
  EXPECT_EQ(shown(of(ExpressionKind::kComprehension, {sorted, field(local(0), "name")})),
            R"(["c","d","a","b","n"])");
}

TEST(ListFunctions, cut_join_and_choose) {
  EXPECT_EQ(shown(call(Function::kTake, {wholes({1, 2, 3}), whole(2)})), "[1,2]");
  EXPECT_EQ(shown(call(Function::kDrop, {wholes({1, 2, 3}), whole(5)})), "[]");
  EXPECT_EQ(shown(call(Function::kTake, {wholes({1}), whole(-1)})),
            "error: a count must not be negative, found -1");
  EXPECT_EQ(shown(call(Function::kFlatten, {list({wholes({1}), wholes({}), wholes({2})})})),
            "[1,2]");
  EXPECT_EQ(shown(call(Function::kUnique, {wholes({2, 1, 2})})), "[2,1]");
  EXPECT_EQ(shown(call(Function::kRange, {whole(2), whole(5)})), "[2,3,4]");
  EXPECT_EQ(shown(call(Function::kRange, {whole(-2)})), "[]");
  EXPECT_EQ(shown(call(Function::kRange, {literal(Value::of_date(0)), literal(Value::of_date(2))})),
            R"(["1970-01-01","1970-01-02"])");
  Expression zip = call(Function::kZip, {wholes({1, 2}), wholes({3, 4})});
  zip.names = {"a", "b"};
  EXPECT_EQ(shown(zip), R"([{"a":1,"b":3},{"a":2,"b":4}])");
  zip.children[1] = wholes({3});
  EXPECT_EQ(shown(zip),
            "error: zip needs lists of one length: `a` has 2 items, `b` has 1");
}

TEST(ListFunctions, sample_depends_on_the_seed_alone) {
  const Expression items = call(Function::kRange, {whole(100)});
  const auto sample = [&](std::int64_t seed) {
    return shown(call(Function::kSample, {items, whole(5), whole(seed)}));
  };
  EXPECT_EQ(sample(42), "[2,9,13,83,86]");
  EXPECT_EQ(sample(42), sample(42));
  EXPECT_NE(sample(42), sample(43));
  EXPECT_EQ(shown(call(Function::kSample, {wholes({1, 2}), whole(5), whole(1)})), "[1,2]");
}

TEST(TextFunctions, work_on_text) {
  EXPECT_EQ(shown(call(Function::kJoin, {wholes({1, 2}), text(", ")})), "1, 2");
  EXPECT_EQ(shown(call(Function::kSplitText, {text("a,b,"), text(",")})), R"(["a","b",""])");
  EXPECT_EQ(shown(call(Function::kTrim, {text("  a ")})), "a");
  EXPECT_EQ(shown(call(Function::kUpper, {text("aé")})), "Aé");
  EXPECT_EQ(shown(call(Function::kReplace, {text("aXbX"), text("X"), text("--")})), "a--b--");
  EXPECT_EQ(shown(call(Function::kReplace, {text("a"), text(""), text("x")})),
            "error: replace needs a text to look for that is not empty");
  EXPECT_EQ(shown(call(Function::kLength, {text("héß")})), "3");
  EXPECT_EQ(shown(call(Function::kFormat, {text("{}/{{}} {:.2}"), whole(3), number(1.0 / 3)})),
            "3/{} 0.33");
  EXPECT_EQ(shown(call(Function::kFormat, {text("{} {}"), whole(3)})),
            "error: more `{}` than values");
  EXPECT_EQ(shown(call(Function::kFormat, {text("{x}"), whole(3)})),
            "error: `{x}` is not `{}` or `{:.N}` with N up to 17");
}

TEST(NumberFunctions, round_and_read) {
  EXPECT_EQ(shown(call(Function::kInt, {text(" 42 ")})), "42");
  EXPECT_EQ(shown(call(Function::kInt, {number(-2.7)})), "-2");
  EXPECT_EQ(shown(call(Function::kInt, {number(kNan)})), "error: the number does not fit an int");
  EXPECT_EQ(shown(call(Function::kInt, {text("x")})), "error: expected int, found `x`");
  EXPECT_EQ(shown(call(Function::kFloat, {whole(2)})), "2.0");
  EXPECT_EQ(shown(call(Function::kRound, {number(2.5)})), "3");
  EXPECT_EQ(shown(call(Function::kRound, {number(2.345), whole(1)})), "2.3");
  EXPECT_EQ(shown(call(Function::kFloor, {number(-2.5)})), "-3");
  EXPECT_EQ(shown(call(Function::kCeil, {number(2.1)})), "3");
  EXPECT_EQ(shown(call(Function::kAbs, {whole(-kLargest - 1)})),
            "error: the number is out of range");
  EXPECT_EQ(shown(call(Function::kDiv, {whole(-7), whole(2)})), "-4");
  EXPECT_EQ(shown(call(Function::kDiv, {number(-7), whole(2)})), "-4.0");
}

// ---- files ------------------------------------------------------------------------------------

/// A project of texts.
class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    access_.file = [](const std::string& path) -> Result<Value> {
      if (path == "gone") return Error{ErrorCode::kNotFound, "no such file: gone"};
      return Value::of_artifact({false, sha256(path), 1, path, nullptr});
    };
    access_.read = [this](const std::string&) -> Result<std::string> { return text_; };
    context_.files = &access_;
    context_.types = &types_;
    Type params;
    params.kind = TypeKind::kRecord;
    params.name = "Params";
    params.fields = {{"lr", types_.simple(TypeKind::kFloat), {}},
                     {"names", types_.list_of(types_.simple(TypeKind::kString)), {}},
                     {"wait", types_.simple(TypeKind::kDuration), Value::of_duration(0)}};
    params_ = types_.intern(params);
  }

  std::string read(std::string path, std::string text, TypeId type) {
    text_ = std::move(text);
    return shown(call(Function::kRead, {build::text(std::move(path))}, type), context_);
  }

  TypeTable types_;
  TypeId params_;
  FileAccess access_;
  EvaluationContext context_;
  std::string text_;
};

TEST_F(Files, are_read_in_every_format_against_the_type) {
  const std::string expected = R"({"lr":0.1,"names":["a","b"],"wait":"5min"})";
  EXPECT_EQ(read("p.json", R"({"lr": 0.1, "names": ["a", "b"], "wait": "5min"})", params_), expected);
  EXPECT_EQ(read("p.yaml", "lr: 0.1\nnames: [a, 'b']\nwait: 5min\n", params_), expected);
  EXPECT_EQ(read("p.toml", "lr = 0.1\nnames = ['a', 'b']\nwait = '5min'\n", params_), expected);
  Type row;
  row.kind = TypeKind::kRecord;
  row.name = "Row";
  row.fields = {{"id", types_.simple(TypeKind::kInt), {}},
                {"name", types_.simple(TypeKind::kString), {}}};
  const TypeId rows = types_.list_of(types_.intern(row));
  EXPECT_EQ(read("t.csv", "id,name\n1,\"a, \"\"b\"\"\"\n2,\r\n", rows),
            R"([{"id":1,"name":"a, \"b\""},{"id":2,"name":""}])");
}

TEST_F(Files, that_do_not_fit_say_where) {
  EXPECT_EQ(read("p.yaml", "lr: high\nnames: []\n", params_),
            "error: p.yaml: lr: expected float, found a string");
  EXPECT_EQ(read("p.yaml", "lr: [\n", params_).substr(0, 29), "error: p.yaml: line 2: end of");
  EXPECT_EQ(read("p.json", "{", params_).substr(0, 23), "error: p.json: not JSON");
  EXPECT_EQ(read("p.toml", "lr = \n", params_).substr(0, 22), "error: p.toml: line 1:");
  EXPECT_EQ(read("t.csv", "a,b\n1\n", types_.list_of(params_)),
            "error: t.csv: line 2 has 1 cell, the header has 2");
  EXPECT_EQ(read("p.xml", "<a/>", params_),
            "error: p.xml: can be read only as .json, .yaml, .yml, .toml or .csv, not .xml");
}

TEST_F(Files, that_are_hostile_end_in_a_message) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + std::string(1, c) + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i > 0 ? ", " : "") + "*" + before;
    bomb += "]\n";
  }
  EXPECT_EQ(read("p.yaml", bomb, params_), "error: p.yaml: has more than 2 million values");
  EXPECT_EQ(read("p.yaml", "&a [*a]\n", params_), "error: p.yaml: nests deeper than 64 levels");
  const std::string deep(100'000, '[');
  EXPECT_EQ(read("p.yaml", deep, params_).substr(0, 13), "error: p.yaml");
  EXPECT_EQ(read("p.toml", "a = " + deep, params_).substr(0, 13), "error: p.toml");
  EXPECT_EQ(read("p.json", deep, params_).substr(0, 13), "error: p.json");
}

TEST_F(Files, are_named_by_path_and_made_of_text) {
  EXPECT_EQ(shown(call(Function::kFile, {build::text("gone")}), context_),
            "error: no such file: gone");
  Type csv;
  csv.kind = TypeKind::kFile;
  csv.format = "csv";
  const Expression made = call(Function::kText, {build::text("a,b\n")}, types_.intern(csv));
  EXPECT_EQ(shown(call(Function::kBasename, {made}), context_), "text.csv");
  const Evaluated result = evaluate(made, context_);
  EXPECT_EQ(result.value.as_artifact().digest, sha256("a,b\n"));
  EXPECT_EQ(*result.value.as_artifact().content, "a,b\n");
  EXPECT_EQ(shown(call(Function::kFile, {build::text("x")})),
            "error: file cannot be used here: files are read at submit");
}

}  // namespace
}  // namespace mlp::plan
