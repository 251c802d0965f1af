// SPDX-License-Identifier: Apache-2.0
//
// Runs: submitting, listing, showing, cancelling, and the very files that ran.
#include "daemon/http/convert.h"
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "daemon/wire/snapshot.h"
#include "runtime/store/count_records.h"
#include "runtime/store/run_records.h"

namespace mlp::http {
namespace {

/// How many runs a filtered list looks at for one page.
constexpr std::size_t kMaxRunsScanned = 10'000;

wire::Counts counts_of(const store::View& view, model::RunId run) {
  wire::Counts sum;
  sum.is_total_known = true;
  auto counts = store::list_counts(view, run);
  if (!counts) return sum;
  for (const auto& [task, count] : *counts) add(sum, count);
  return sum;
}

wire::Run show(const LoadedRun& loaded, Context& context) {
  wire::Run run = to_wire(loaded.run, loaded.plan.get(), context.clock->now());
  run.counts = counts_of(*loaded.view, loaded.run.id);
  return run;
}

struct RunFilter {
  std::string pipeline;
  std::string state;
  bool fits(const model::Run& run) const {
    return (pipeline.empty() || run.pipeline == pipeline) &&
           (state.empty() || model::to_text(run.state) == state);
  }
};

/// Fills a page of at most `limit` runs below `before`.
Status fill(wire::RunList& list, const store::View& view, const RunFilter& filter,
            std::uint64_t limit, model::RunId before, Instant now) {
  for (std::size_t scanned = 0; scanned < kMaxRunsScanned;) {
    MLP_ASSIGN(store::RunPage page, store::list_runs(view, "default", limit, before));
    for (const model::Run& run : page.runs) {
      if (!filter.fits(run)) continue;
      list.runs.push_back(to_wire(run, nullptr, now));
      list.runs.back().counts = counts_of(view, run.id);
      if (list.runs.size() < limit) continue;
      list.next_before = run.id.value;
      return {};
    }
    scanned += page.runs.size();
    before = page.next;
    if (!page.next) return {};
  }
  list.next_before = before.value;
  return {};
}

}  // namespace

void submit_run(const Request& request, Context& context, Answer answer) {
  auto wish = parse_body<wire::Submit>(request);
  if (!wish) return answer(refusal(wish.error()));
  context.submit(*wish, request.principal, std::move(answer));
}

Response forecast_run(const Request& request, Context& context) {
  MLP_LOAD(const wire::Submit wish, parse_body<wire::Submit>(request));
  return context.forecast(wish);
}

Response list_runs(const Request& request, Context& context) {
  MLP_LOAD(const std::uint64_t limit, number_of_query(request, "limit", 50, kMaxPage));
  MLP_LOAD(const std::uint64_t before, number_of_query(request, "before", 0));
  const RunFilter filter{text_of_query(request, "pipeline"), text_of_query(request, "state")};
  wire::RunList list;
  const auto view = context.engine->view();
  const Status filled =
      fill(list, *view, filter, limit, model::RunId(before), context.clock->now());
  return filled ? document(list) : refusal(filled.error());
}

Response show_run(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  return document(show(loaded, context));
}

void cancel_run(const Request& request, Context& context, Answer answer) {
  auto id = parse_number(request.arguments.at(0), "a run");
  if (!id)
    return answer(refusal(404, "not_found", "there is no run `" + request.arguments.at(0) + "`"));
  context.engine->cancel(model::RunId(*id), [answer, id = *id, &context](const Status& status) {
    if (!status) return answer(refusal(status.error()));
    Request again;
    again.arguments = {std::to_string(id)};
    answer(show_run(again, context));
  });
}

Response show_source(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  MLP_LOAD(const objects::Manifest manifest,
           context.objects->read_manifest(*loaded.view, loaded.run.snapshot));
  wire::Manifest source;
  for (const objects::ManifestEntry& entry : manifest.entries) {
    source.manifest.push_back({entry.path, entry.digest.to_hex(), entry.size, entry.is_executable});
  }
  return document(source);
}

Response send_source_file(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  MLP_LOAD(const objects::Manifest manifest,
           context.objects->read_manifest(*loaded.view, loaded.run.snapshot));
  const std::string& path = request.arguments.at(1);
  const objects::ManifestEntry* entry = manifest.find(path);
  if (entry == nullptr) return refusal(404, "not_found", "this run has no file of that path");
  return send_object(request, context, *loaded.view, entry->digest, base_name(path));
}

}  // namespace mlp::http
