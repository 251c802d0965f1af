// SPDX-License-Identifier: Apache-2.0
//
// What most handlers begin with: reading a run, a plan, a number of the query.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/http/context.h"
#include "daemon/http/server/message.h"
#include "runtime/lineage/why.h"
#include "runtime/model/run.h"

namespace mlp::http {

inline constexpr std::uint64_t kMaxPage = 1000;

/// A run with what is needed to show it, all of one published view.
struct LoadedRun {
  std::shared_ptr<const store::View> view;
  model::Run run;
  std::shared_ptr<const plan::Plan> plan;
};

Result<model::Run> get_run(const store::View& view, model::RunId id);
/// kCorrupt when it is lost.
Result<std::shared_ptr<const plan::Plan>> get_plan(const store::View& view, const model::Run& run,
                                                   Context& context);
/// Of the route's first argument. kNotFound, kInvalid, kCorrupt.
Result<LoadedRun> load_run(const Request& request, Context& context);

/// Of the query; kInvalid when it is no number. At most `most`, at least 1 for "limit".
Result<std::uint64_t> number_of_query(const Request& request, std::string_view name,
                                      std::uint64_t fallback, std::uint64_t most = UINT64_MAX);
Result<std::uint64_t> parse_number(std::string_view text, std::string_view what);
std::string text_of_query(const Request& request, std::string_view name);
bool flag_of_query(const Request& request, std::string_view name);

/// "12" and "fit[2]" to the task run; kNotFound when the plan has none.
Result<model::TaskRunId> task_run_of(const LoadedRun& loaded, const std::string& name);

inline lineage::Sources sources_of(const store::View& view, Context& context) {
  return {view, *context.objects, *context.plans};
}

/// "9/fit[2]" of the task run of an attempt; empty when its records are gone.
std::string name_of_attempt(model::AttemptId id, const lineage::Sources& sources);

/// The bytes of an object, streamed; a single Range is answered with 206. Any file is shown as a
/// download that no browser runs.
Response send_object(const Request& request, Context& context, const store::View& view,
                     const Digest& digest, const std::string& name);

/// Values one JSON body may have; a manifest of as many files as a project may have has half of it.
inline constexpr std::size_t kMaxBodyValues = 250'000;
/// kLimit when there are more: a value of two bytes costs sixteen and more in memory.
Status check_body_values(std::string_view json);

template <wire::Visitable T>
Result<T> parse_body(const Request& request) {
  MLP_TRY(check_body_values(request.body));
  return wire::parse_text<T>(request.body);
}

/// The value of a Result, or leave the handler with the refusal.
#define MLP_LOAD(target, expression)                       \
  auto MLP_CONCAT(loaded_, __LINE__) = (expression);       \
  if (!MLP_CONCAT(loaded_, __LINE__)) {                    \
    return refusal(MLP_CONCAT(loaded_, __LINE__).error()); \
  }                                                        \
  target = std::move(MLP_CONCAT(loaded_, __LINE__)).value()

}  // namespace mlp::http
