// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/lost_commits.h"

#include "base/text.h"
#include "runtime/store/run_records.h"

namespace mlp::fsck {
namespace {

/// The lost commits may have begun epochs, and their attempts have numbers that are in use outside
/// (logs, a runner's memory). No store lives to see so many starts between two syncs.
constexpr std::uint64_t kSkippedEpochs = 1'000;
/// Where it is not known how many are lost: followers have seen their numbers.
constexpr std::uint64_t kSkippedCommits = 1'000'000;

Result<std::string> last_known(const Scope& scope, const store::Meta& meta) {
  const std::string until = "What is there ends with " + name_of(model::RunId(meta.last_run));
  if (meta.last_run == 0) return std::string("No run is there");
  const auto run = store::find_run(scope.view, model::RunId(meta.last_run));
  if (!run && run.error().code != ErrorCode::kCorrupt) return run.error();
  return run && *run ? until + ", submitted " + to_rfc3339((*run)->submitted) : until;
}

void tell_unknown(const Scope& scope, const store::Meta& meta, const Error& why,
                  const std::string& known) {
  Finding& finding = scope.findings.add_of_store(
      Kind::kLostCommits,
      "it cannot be told whether acknowledged data is missing, so no daemon starts: " +
          why.message + ". " + known);
  finding.repair.what = "the store goes on with what is there";
  finding.repair.renews_mark = true;
  finding.repair.least.commit = meta.commit + kSkippedCommits;
  finding.repair.least.daemon_epoch = meta.daemon_epoch + kSkippedEpochs;
}

}  // namespace

Status check_commits(const Scope& scope, const store::Meta& meta,
                     const Result<std::uint64_t>& synced, const std::string& why) {
  if (synced ? meta.commit >= *synced : meta.schema == 0) return {};
  MLP_ASSIGN(const std::string known, last_known(scope, meta));
  if (!synced) {
    tell_unknown(scope, meta, synced.error(), known);
    return {};
  }
  const std::uint64_t lost = *synced - meta.commit;
  Finding& finding = scope.findings.add_of_store(
      Kind::kLostCommits,
      "acknowledged data is lost, so no daemon starts: the last " + counted(lost, "commit") + " (" +
          std::to_string(meta.commit + 1) + " to " + std::to_string(*synced) +
          ") and with them the runs, cancels, uploads and ends of tasks that were promised then. " +
          known + ". " + why + ". A backup of the whole data folder may have more");
  finding.repair.what = "the store goes on without them; what is found unfinished runs again";
  finding.repair.least.commit = *synced;
  finding.repair.least.daemon_epoch = meta.daemon_epoch + kSkippedEpochs;
  return {};
}

}  // namespace mlp::fsck
