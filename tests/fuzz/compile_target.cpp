// SPDX-License-Identifier: Apache-2.0
//
// A project of any files ("//--- path" begins the next) to a plan. What is wrong is told; what is
// right gives a plan that goes through JSON and bytes unchanged and is the same after formatting.
#include "compiler/compile.h"

#include "compiler/diagnostics/print.h"
#include "compiler/plan/arguments.h"
#include "compiler/plan/plan_json.h"
#include "compiler/syntax/format.h"
#include "tests/fuzz/target.h"
#include "tests/support/project_files.h"

namespace mlp::fuzz {
namespace {

constexpr const char* kPath = "p.mlp";

source::MemoryLoader project_of(const std::string& text) {
  source::MemoryLoader loader;
  tests::add_files(loader, kPath, text);
  return loader;
}

void check_round_trips(const plan::Plan& plan) {
  const std::string bytes = plan::encode(plan);
  const auto from_bytes = plan::decode_plan(bytes);
  MLP_CHECK(from_bytes && plan::encode(*from_bytes) == bytes);
  const auto from_json = plan::plan_from_json(plan::to_json(plan));
  MLP_CHECK(from_json && plan::digest_of(*from_json) == plan::digest_of(plan));
  const auto read = parse_json(to_text(plan::to_json(plan)));
  MLP_CHECK(read);
  const auto from_text = plan::plan_from_json(*read);
  MLP_CHECK(from_text && plan::digest_of(*from_text) == plan::digest_of(plan));
}

void check_formatted(source::MemoryLoader& loader) {
  diagnostics::Diagnostics said;
  const source::SourceFile source(kPath, *loader.read(kPath));
  const auto text = syntax::format(source::SourceId(1), source, said);
  MLP_CHECK(text);
  loader.add(kPath, *text);
  MLP_CHECK(!compile(loader, kPath).has_errors());
}

void say_all(const Compiled& compiled) {
  static_cast<void>(diagnostics::to_text(compiled.diagnostics, compiled.sources));
  static_cast<void>(diagnostics::to_json(compiled.diagnostics, compiled.sources));
}

}  // namespace

void take(std::string_view input) {
  source::MemoryLoader loader = project_of(std::string(input));
  const Compiled checked = check_file(loader, kPath);
  say_all(checked);
  const Compiled compiled = compile(loader, kPath);
  say_all(compiled);
  MLP_CHECK(compiled.plan.has_value() == !compiled.has_errors());
  if (!compiled.plan) return;
  check_round_trips(*compiled.plan);
  static_cast<void>(plan::bind_arguments(*compiled.plan, {}, {}));
  check_formatted(loader);
}

}  // namespace mlp::fuzz
