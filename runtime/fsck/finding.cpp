// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/finding.h"

namespace mlp::fsck {

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::kUnreadable:
      return "unreadable";
    case Kind::kCounter:
      return "counter";
    case Kind::kLostCommits:
      return "lost-commits";
    case Kind::kOrphan:
      return "orphan";
    case Kind::kRunIndex:
      return "run-index";
    case Kind::kCounts:
      return "counts";
    case Kind::kTaskRunState:
      return "task-run-state";
    case Kind::kLive:
      return "live";
    case Kind::kDue:
      return "due";
    case Kind::kAttempt:
      return "attempt";
    case Kind::kCommittedTwice:
      return "committed-twice";
    case Kind::kMissingInput:
      return "missing-input";
    case Kind::kMissingOutput:
      return "missing-output";
    case Kind::kMissingPlan:
      return "missing-plan";
    case Kind::kKey:
      return "key";
    case Kind::kEvents:
      return "events";
    case Kind::kRequest:
      return "request";
    case Kind::kMissingObject:
      return "missing-object";
    case Kind::kDamagedObject:
      return "damaged-object";
    case Kind::kMissingLog:
      return "missing-log";
    case Kind::kStrayFile:
      return "stray-file";
  }
  return "";
}

Finding& Findings::add_of_store(Kind kind, std::string message) {
  ++total_;
  Finding& finding = *all_.emplace(all_.begin());
  finding = {kind, std::string(kStoreName), std::move(message), {}};
  return finding;
}

Finding& Findings::add(Kind kind, std::string record, std::string message) {
  ++total_;
  Finding& finding = is_full() ? beyond_ : all_.emplace_back();
  finding = {kind, std::move(record), std::move(message), {}};
  return finding;
}

std::string Findings::to_text() const {
  std::string text;
  for (const Finding& finding : all_) {
    text += std::string(fsck::to_text(finding.kind)) + ": " + finding.record + ": " +
            finding.message + "\n";
  }
  return text;
}

}  // namespace mlp::fsck
