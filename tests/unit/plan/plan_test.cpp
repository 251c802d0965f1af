// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "base/random.h"
#include "compiler/plan/plan_json.h"
#include "tests/unit/plan/sample_plan.h"

namespace mlp::plan {
namespace {

using build::sample_plan;

/// What is said about the plan after a change to it.
std::string said_after(const std::function<void(Plan&)>& change) {
  Plan plan = sample_plan();
  change(plan);
  const Result<Plan> back = decode_plan(encode(plan));
  const Result<Plan> from_json = plan_from_json(to_json(plan));
  EXPECT_EQ(back.has_value(), from_json.has_value());
  return back ? "fine" : back.error().message;
}

TEST(PlanBytes, read_back_as_the_same_plan) {
  const Plan plan = sample_plan();
  const Result<Plan> back = decode_plan(encode(plan));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(*back), encode(plan));
  EXPECT_EQ(to_json(*back), to_json(plan));
  EXPECT_EQ(back->statement(StatementId(9)).arguments, plan.statement(StatementId(9)).arguments);
}

TEST(PlanJson, reads_back_as_the_same_plan) {
  const Plan plan = sample_plan();
  const std::string text = mlp::to_text(to_json(plan));
  const Result<Plan> back = plan_from_json(*parse_json(text));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(digest_of(*back), digest_of(plan));
}

// Every stored plan has this encoding: a new digest here needs a new kPlanVersion.
TEST(PlanBytes, never_change) {
  EXPECT_EQ(digest_of(sample_plan()).to_hex().substr(0, 16), "89f06863a99209b7");
}

TEST(PlanJson, leaves_out_what_is_usual_and_carries_kinds) {
  const Json json = to_json(sample_plan());
  const Json& floor = json.at("plan").at("statements").at(1);
  EXPECT_EQ(mlp::to_text(floor), R"({"id":2,"kind":"parameter","block":1,"name":"floor","type":2,)"
            R"("place":{"line":3,"column":3},"expression":{"kind":"literal","place":{},)"
            R"("literal":{"float":0.9}}})");
}

TEST(PlanBytes, change_with_every_field) {
  const Digest before = digest_of(sample_plan());
  const std::vector<std::function<void(Plan&)>> changes = {
      [](Plan& p) { p.pipeline = "x"; },
      [](Plan& p) { p.definitions[0].body.run[1].flag = "--n"; },
      [](Plan& p) { p.definitions[0].body.run[1].quoting = Quoting::kRaw; },
      [](Plan& p) { p.definitions[0].retry[0].exit_codes = {-1}; },
      [](Plan& p) { p.definitions[0].files[0].is_executable = false; },
      [](Plan& p) { p.definitions[0].is_cached = false; },
      [](Plan& p) { p.statements[7 - 1].tolerate_is_percent = false; },
      [](Plan& p) { p.statements[9 - 1].is_optional = false; },
      [](Plan& p) { p.statements[1].expression->literal = Value::of_float(0.91); },
      [](Plan& p) { p.blocks[0].result.reset(); },
      [](Plan& p) { p.environments[0].python = "3.12"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Plan plan = sample_plan();
    changes[i](plan);
    EXPECT_NE(digest_of(plan), before) << i;
  }
}

TEST(PlanBytes, of_another_version_are_unsupported) {
  std::string bytes = encode(sample_plan());
  bytes[3] = 9;
  const Result<Plan> plan = decode_plan(bytes);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(plan.error().message, "the plan has version 9, this program reads version 1");
}

TEST(PlanBytes, that_are_cut_or_damaged_end_in_an_error_or_a_sound_plan) {
  const std::string bytes = encode(sample_plan());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_plan(std::string_view(bytes).substr(0, size)));
  }
  EXPECT_FALSE(decode_plan(bytes + "x"));
  SeededRandom random(42);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    damaged[random.below(damaged.size())] = static_cast<char>(random.next());
    damaged[random.below(damaged.size())] = static_cast<char>(random.next());
    const Result<Plan> plan = decode_plan(damaged);
    if (plan) {
      EXPECT_EQ(encode(*plan).size(), damaged.size());
    }
  }
}

TEST(PlanJson, mistakes_name_their_place) {
  const auto said = [](const std::function<void(JsonObject&)>& change) {
    Json json = to_json(sample_plan());
    change(json.as_object()["plan"].as_object());
    const Result<Plan> plan = plan_from_json(json);
    return plan ? "fine" : plan.error().message;
  };
  EXPECT_EQ(said([](JsonObject& p) { p["tasks"] = 3; }), "plan: .tasks: expected a list");
  EXPECT_EQ(said([](JsonObject& p) { p["tsaks"] = 3; }), "plan: : expected no other members");
  EXPECT_EQ(said([](JsonObject& p) { p["statements"].at(2).as_object()["kind"] = "loop"; }),
            "plan: .statements[2].kind: expected a known word");
  EXPECT_EQ(said([](JsonObject& p) { p["statements"].at(2).as_object()["block"] = -1; }),
            "plan: .statements[2].block: expected a number in range");
  EXPECT_EQ(said([](JsonObject& p) { p["types"].as_array().push_back(p["types"].at(0)); }),
            "plan: .types: expected types in the order of use");
  EXPECT_FALSE(plan_from_json(Json(nullptr)));
}

TEST(PlanCheck, every_index_is_looked_at) {
  const std::string broken = "broken plan: ";
  EXPECT_EQ(said_after([](Plan&) {}), "fine");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks.clear(); }), broken + "it has no blocks");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].parent = StatementId(99); }),
            broken + "its root has a parent");
  EXPECT_EQ(said_after([](Plan& p) { p.tasks[0].definition = 1; }),
            broken + "a task without a definition");
  EXPECT_EQ(said_after([](Plan& p) { p.tasks[0].id = TaskId(2); }),
            broken + "a task with the id of another");
  EXPECT_EQ(said_after([](Plan& p) { p.tasks[0].depth = 0; }), broken + "a task with a wrong depth");
  EXPECT_EQ(said_after([](Plan& p) { p.definitions[0].environment = 1; }),
            broken + "an unknown environment");
  EXPECT_EQ(said_after([](Plan& p) { p.statements[0].type = TypeId(99); }),
            broken + "a type that is not in its table");
  EXPECT_EQ(said_after([](Plan& p) { p.statements[4].dependencies = {StatementId(99)}; }),
            broken + "a statement waits for one not there");
  EXPECT_EQ(said_after([](Plan& p) { p.statements[9 - 1].arguments.pop_back(); }),
            broken + "a call with too few or too many arguments");
  EXPECT_EQ(said_after([](Plan& p) { p.statements[7 - 1].sources[0].item = StatementId(1); }),
            broken + "a `for` without its item");
  EXPECT_EQ(said_after([](Plan& p) { p.parameters.push_back(p.parameters[0]); }),
            broken + "a parameter that is none");
  EXPECT_EQ(said_after([](Plan& p) { p.statements[4].place.source = 7; }),
            broken + "a place in an unknown file");
}

TEST(PlanCheck, blocks_are_a_tree_and_names_are_visible) {
  const std::string broken = "broken plan: ";
  EXPECT_EQ(said_after([](Plan& p) { p.statements[11 - 1].body = BlockId(2); }),
            broken + "a block with two parents");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].statements.pop_back(); }),
            broken + "a block or statement stands nowhere");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[1].depth = 0; }), broken + "a block with a wrong depth");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].statements.push_back(StatementId(1)); }),
            broken + "a statement stands twice");
  // Statement 9 stands inside the `for`.
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].result = build::statement(9); }),
            broken + "an expression reads a name that is not there");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].result = build::local(0); }),
            broken + "an expression reads a name that is not there");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].result = build::of(ExpressionKind::kInput); }),
            broken + "an expression reads a name that is not there");
  EXPECT_EQ(said_after([](Plan& p) { p.blocks[0].result = build::of(ExpressionKind::kBinary); }),
            broken + "an expression of a wrong shape");
}

TEST(PlanCheck, no_path_leaves_its_folder) {
  EXPECT_NE(said_after([](Plan& p) { p.definitions[0].files[0].path = "../x"; }), "fine");
  EXPECT_NE(said_after([](Plan& p) { p.definitions[0].inputs[0].place = "/etc/passwd"; }), "fine");
  EXPECT_NE(said_after([](Plan& p) { p.definitions[0].outputs[0].default_place = "a/../../b"; }),
            "fine");
}

TEST(PlanCheck, nothing_waits_for_itself) {
  const std::string cycle = "broken plan: a statement waits for itself";
  EXPECT_EQ(said_after([](Plan& p) { p.statements[4].dependencies = {StatementId(6)}; }), cycle);
  // A statement inside the `for` cannot wait for the end of the `for`.
  EXPECT_EQ(said_after([](Plan& p) { p.statements[9 - 1].dependencies = {StatementId(7)}; }), cycle);
}

}  // namespace
}  // namespace mlp::plan
