// SPDX-License-Identifier: Apache-2.0
//
// Checks of the data folder while the daemon uses it: of the last published view, a slice each time
// the client has taken the line before; and the one repair that is safe meanwhile.
#include <atomic>
#include <chrono>

#include "daemon/http/fsck_lines.h"
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "runtime/store/object_records.h"

namespace mlp::http {
namespace {

/// Work for one line: others wait for this worker no longer.
constexpr Duration kLineTime = std::chrono::milliseconds(100);
constexpr std::string_view kLines = "application/x-ndjson";

/// Marks that a check goes on, from its begin to its end or to the end of its client.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& is_taken) : is_taken_(is_taken) {}
  ~Turn() { is_taken_ = false; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::atomic<bool>& is_taken_;
};

/// One check. Used by one worker at a time; ends with its stream.
class CheckReader {
 public:
  explicit CheckReader(Context& context)
      : context_(context),
        turn_(context.is_checking),
        view_(context.engine->view()),
        check_(view_,
               {*context.files, *context.objects, context.data_folder, context.clock->now()},
               [this](const model::Run& run) { return context_.plans->get(*view_, run.plan); }),
        began_(context.clock->steady()) {}

  Result<std::string> next_line() {
    if (is_over_) return std::string();
    const Duration until = context_.clock->steady() + kLineTime;
    while (context_.clock->steady() < until) {
      MLP_ASSIGN(const bool has_more, check_.advance());
      if (has_more) continue;
      is_over_ = true;
      return to_line(report());
    }
    return to_line(to_wire(check_.progress()));
  }

 private:
  wire::FsckReport report() const {
    wire::FsckReport report;
    report.data_folder = context_.data_folder;
    const fsck::Progress progress = check_.progress();
    report.records = progress.records;
    report.objects = progress.objects;
    report.object_bytes = progress.object_bytes;
    report.took = context_.clock->steady() - began_;
    report.found = check_.findings().total();
    for (const fsck::Finding& finding : check_.findings().all()) {
      report.findings.push_back(to_wire(finding));
    }
    return report;
  }

  Context& context_;
  Turn turn_;
  std::shared_ptr<const store::View> view_;
  fsck::Check check_;
  Duration began_;
  bool is_over_ = false;
};

}  // namespace

wire::FsckFinding to_wire(const fsck::Finding& finding) {
  wire::FsckFinding told;
  told.kind = fsck::to_text(finding.kind);
  told.record = finding.record;
  told.message = finding.message;
  told.repair = finding.repair.what;
  if (!finding.repair.lost.empty()) told.object = finding.repair.lost.front().to_hex();
  return told;
}

wire::FsckProgress to_wire(const fsck::Progress& progress) {
  return {progress.records, progress.objects, progress.object_bytes};
}

std::string to_line(const wire::FsckProgress& progress) {
  return mlp::to_text(Json(wire::to_document(wire::FsckLine{progress, std::nullopt}))) + "\n";
}

std::string to_line(const wire::FsckReport& report) {
  return mlp::to_text(Json(wire::to_document(wire::FsckLine{std::nullopt, report}))) + "\n";
}

Response check_folder(const Request&, Context& context) {
  if (context.is_checking.exchange(true)) {
    return refusal(409, "conflict", "a check goes on already", "wait for its end");
  }
  auto reader = std::make_shared<CheckReader>(context);
  Response response;
  response.content_type = kLines;
  response.stream = [reader](std::size_t, const Give& give) { give(reader->next_line()); };
  return response;
}

Response verify_object(const Request& request, Context& context) {
  MLP_LOAD(const Digest digest, Digest::from_hex(request.arguments.at(0)));
  const auto view = context.engine->view();
  MLP_LOAD(const auto record, store::find_object(*view, digest));
  if (!record) return refusal(404, "not_found", "there is no such object");
  MLP_LOAD(const objects::Condition found, context.objects->verify(*view, digest));
  wire::ObjectState state{digest.to_hex(), "whole"};
  if (found == objects::Condition::kWhole) return document(state);
  if ((record->places & store::kInStore) != 0) {
    return refusal(409, "conflict", "it is a value of the store, which the daemon uses",
                   "end the daemon, then `mlpctl fsck --repair`");
  }
  // The engine hears of it from the store of objects.
  if (const Status moved = context.objects->quarantine(digest); !moved) {
    return refusal(moved.error());
  }
  state.state = "lost";
  return document(state);
}

}  // namespace mlp::http
