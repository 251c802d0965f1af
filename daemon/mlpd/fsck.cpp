// SPDX-License-Identifier: Apache-2.0
//
// Opens what is there, checks, mends, checks again.
#include "daemon/mlpd/fsck.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "base/text.h"
#include "daemon/http/fsck_lines.h"
#include "daemon/mlpd/exit_code.h"
#include "runtime/fsck/check.h"
#include "runtime/fsck/missing_runs.h"
#include "runtime/fsck/repair.h"
#include "runtime/objects/plan_cache.h"
#include "runtime/store/data_folder.h"
#include "runtime/store/rescue.h"
#include "runtime/store/rocks_kv.h"
#include "runtime/store/rocks_log.h"

namespace mlp::mlpd {
namespace {

/// A repair shows at most what hung on it, and that again: no chain of records is longer. More
/// findings than are kept at once take a round each.
constexpr int kMaxRounds = 100;
constexpr Duration kProgressInterval = std::chrono::milliseconds(200);

struct Failure {
  int exit_code = kStoreRefused;
  std::string message;
};

class FolderFsck {
 public:
  FolderFsck(const Config& config, const FsckWish& wish)
      : config_(config), wish_(wish), files_(real_files()), began_(clock_.steady()) {}

  std::optional<Failure> open();
  Status check_and_mend();
  /// What was found, also where it ended early; false where it cannot be written.
  bool say();
  bool is_all_repaired() const { return report_.found == report_.repaired; }

 private:
  std::string store() const { return store::where_the_store_is(files_, folder_->part("store")); }
  Status read_store(fsck::Findings& findings);
  Status look(fsck::Findings& findings);
  Status check_once(fsck::Findings& findings);
  std::uint64_t take_down(const fsck::Findings& findings);
  void settle(bool is_done);
  wire::FsckReport report();
  [[noreturn]] void end_without_room();
  static bool is_to_be_rescued(const fsck::Findings& findings);
  Status mend(const fsck::Findings& findings);
  Status make_room() const;
  Status rescue();
  Result<std::string> account_of(const store::Rescued& rescued, const store::View& fresh);
  void show(const fsck::Progress& progress);

  const Config& config_;
  const FsckWish& wish_;
  Files& files_;
  SystemClock clock_;
  Duration began_;
  Duration shown_{0};
  std::unique_ptr<store::DataFolder> folder_;
  store::SpaceWatch space_;
  std::unique_ptr<store::Kv> kv_;  // only once there is something to mend
  std::shared_ptr<const store::View> view_;
  std::unique_ptr<objects::ObjectStore> objects_;
  std::unique_ptr<objects::PlanCache> plans_;
  fsck::Contents contents_;
  bool has_rescued_ = false;  // what is damaged after that is beyond us
  std::mutex telling_;  // of what follows: a thread of the store ends us where no room is left
  wire::FsckReport report_;                // without findings
  std::vector<wire::FsckFinding> mended_;  // in the rounds before
  std::vector<wire::FsckFinding> found_;   // in this one; is_repaired: it is being done
};

std::optional<Failure> FolderFsck::open() {
  auto opened = store::DataFolder::look(config_.data_folder);
  if (opened && wish_.is_repair) {
    opened->reset();
    opened = store::DataFolder::open(config_.data_folder, {0, 0});
  }
  if (!opened) {
    const Error& error = opened.error();
    const bool is_held = error.code == ErrorCode::kConflict;
    const int other = error.code == ErrorCode::kNotFound ? kUsage : kStoreRefused;
    return Failure{is_held ? kDataInUse : other, error.message};
  }
  folder_ = std::move(*opened);
  space_.on_full = [this] {
    if (!folder_->give_up_ballast(0)) end_without_room();
  };
  objects_ = std::make_unique<objects::ObjectStore>(files_, folder_->path());
  plans_ = std::make_unique<objects::PlanCache>(*objects_);
  return std::nullopt;
}

/// A daemon waits for space; whoever asked for a repair waits for its end. One that is cut short
/// anywhere can be done again.
void FolderFsck::end_without_room() {
  settle(false);
  (void)say();
  const auto free = folder_->free_bytes();
  std::fprintf(stderr,
               "mlpd: the disk is full: %s free at %s, and what `store.ballast` kept back is used up; "
               "make room, up to the size of %s, and try again\n",
               free ? human_size(*free).c_str() : "nothing", folder_->path().c_str(),
               folder_->part("store").c_str());
  ::_exit(kNoRoom);
}

/// Nothing where it is damaged, which is a finding.
Status FolderFsck::read_store(fsck::Findings& findings) {
  view_ = nullptr;
  store::RocksOptions options;
  options.may_be_new = !folder_->held_a_store();
  auto read = store::read_rocks(store(), options);
  if (!read && read.error().code == ErrorCode::kNotFound) return {};  // nothing was ever stored
  if (!read && read.error().code != ErrorCode::kCorrupt) return read.error();
  if (!read) {
    fsck::tell_damaged_store(findings, read.error());
    return {};
  }
  view_ = std::move(*read);
  const auto meta = store::get_meta(*view_);
  if (!meta || meta->schema == 0 || meta->schema == store::kSchemaVersion) return {};
  return Error{ErrorCode::kUnsupported, "the data folder has version " +
                                            std::to_string(meta->schema) +
                                            ", this mlpd knows version " +
                                            std::to_string(store::kSchemaVersion)};
}

Status FolderFsck::look(fsck::Findings& findings) {
  if (kv_) {
    view_ = kv_->view();
  } else {
    MLP_TRY(read_store(findings));
  }
  return view_ ? check_once(findings) : Status();
}

Status FolderFsck::check_and_mend() {
  for (int round = 0; round < kMaxRounds; ++round) {
    fsck::Findings findings;
    Status done = look(findings);
    const std::uint64_t mended = take_down(findings);
    if (done && mended == 0) return {};
    // What is not mended now is to be found again.
    if (mended < findings.all().size()) contents_ = {};
    if (done) done = mend(findings);
    settle(done.has_value());
    MLP_TRY(done);
  }
  return {};
}

/// What this round found; how many of it are to be mended now.
std::uint64_t FolderFsck::take_down(const fsck::Findings& findings) {
  const std::lock_guard lock(telling_);
  found_.clear();
  report_.found = report_.repaired + findings.total();
  const bool is_rescue = is_to_be_rescued(findings);
  std::uint64_t mended = 0;
  for (const fsck::Finding& finding : findings.all()) {
    wire::FsckFinding each = http::to_wire(finding);
    // Other findings of a damaged store are looked for again when it can be read.
    each.is_repaired = wish_.is_repair && finding.is_repairable() &&
                       (is_rescue ? finding.repair.rescues_store && !has_rescued_ : true);
    mended += each.is_repaired ? 1 : 0;
    found_.push_back(std::move(each));
  }
  return mended;
}

/// What is told of more than can be: of the store, then what comes first.
void shorten(std::vector<wire::FsckFinding>& told) {
  std::stable_partition(told.begin(), told.end(),
                        [](const auto& one) { return one.record == fsck::kStoreName; });
  if (told.size() > fsck::kMaxFindings) told.resize(fsck::kMaxFindings);
}

/// What was to be mended in this round is, or is not.
void FolderFsck::settle(bool is_done) {
  const std::lock_guard lock(telling_);
  for (wire::FsckFinding& each : found_) {
    if (!each.is_repaired) continue;
    each.is_repaired = is_done;
    if (!is_done) continue;
    ++report_.repaired;
    mended_.push_back(each);
  }
  if (is_done) std::erase_if(found_, [](const auto& each) { return each.is_repaired; });
  shorten(mended_);
}

bool FolderFsck::is_to_be_rescued(const fsck::Findings& findings) {
  return std::any_of(findings.all().begin(), findings.all().end(),
                     [](const fsck::Finding& each) { return each.repair.rescues_store; });
}

Status FolderFsck::mend(const fsck::Findings& findings) {
  view_ = nullptr;
  if (is_to_be_rescued(findings)) return rescue();
  if (!kv_) {
    store::RocksOptions options;
    options.may_be_new = false;
    options.space = &space_;
    MLP_ASSIGN(kv_, store::open_rocks_kv(store(), options));
  }
  return fsck::mend({*kv_, files_, *objects_, *folder_}, findings);
}

/// What is kept back is given up only where it helps.
Status FolderFsck::make_room() const {
  const std::string damaged = folder_->part("store");
  store::remove_remnants(files_, damaged);  // of one that was cut short
  MLP_ASSIGN(const std::uint64_t needed, store::bytes_in(files_, damaged));
  MLP_ASSIGN(const std::uint64_t kept_back, store::bytes_in(files_, folder_->part("ballast")));
  MLP_ASSIGN(std::uint64_t free, folder_->free_bytes());
  if (free + kept_back < needed) return store::no_room_for_new(damaged, needed, free + kept_back);
  while (free < needed && folder_->give_up_ballast(0)) {
    MLP_ASSIGN(free, folder_->free_bytes());
  }
  return {};
}

Status FolderFsck::rescue() {
  kv_.reset();
  MLP_TRY(make_room());
  const std::string kept = folder_->part("trash/damaged-store-" + to_hex(random_bytes(4)));
  std::string account;
  const auto rescue_it = [&] {
    return store::rescue_store(
        files_, folder_->part("store"), kept,
        [&](const store::Rescued& rescued, const store::View& fresh) -> Result<std::string> {
          MLP_ASSIGN(account, account_of(rescued, fresh));
          return account;
        },
        &space_);
  };
  Status rescued = rescue_it();
  while (!rescued && rescued.error().code == ErrorCode::kNoSpace && folder_->give_up_ballast(0)) {
    rescued = rescue_it();
  }
  MLP_TRY(rescued);
  has_rescued_ = true;
  contents_ = {};  // what was whole may be missing in the new one
  const std::lock_guard lock(telling_);
  const auto told = std::find_if(found_.begin(), found_.end(),  // nothing else is mended with it
                                 [](const auto& each) { return each.is_repaired; });
  MLP_CHECK(told != found_.end());
  told->repair = account + "; the damaged one is " + kept + ", and " + store::account_beside(kept) +
                 " says this too";
  return {};
}

Result<std::string> FolderFsck::account_of(const store::Rescued& rescued,
                                           const store::View& fresh) {
  MLP_ASSIGN(const std::string missing, fsck::name_missing_runs(fresh));
  const auto meta = store::get_meta(fresh);
  const std::string all = meta && meta->last_run > 0
                              ? "no run is missing"
                              : "how many runs there were cannot be told any more";
  return "a new store of the " + counted(rescued.records, "record") +
         " that can be read took its place (" + counted(rescued.gaps, "place") +
         " could not be read); " +
         (missing.empty() ? all : "lost with all that belonged to them: " + missing);
}

Status FolderFsck::check_once(fsck::Findings& findings) {
  fsck::Check check(view_, {files_, *objects_, folder_->path(), clock_.now()},
                    [this](const model::Run& run) { return plans_->get(*view_, run.plan); },
                    wish_.is_repair ? &contents_ : nullptr);
  if (const auto meta = store::get_meta(*view_); meta) {
    const Result<std::uint64_t> synced = folder_->acknowledged();
    const bool is_short = synced && meta->commit < *synced;
    const std::string why = is_short ? store::why_commits_are_missing(files_, store()) : "";
    MLP_TRY(check.look_at_commits(*meta, synced, why));
  }
  Result<bool> has_more = true;
  while (has_more && *has_more) {
    has_more = check.advance();
    show(check.progress());
  }
  const fsck::Progress progress = check.progress();
  report_.records = progress.records;
  report_.objects = std::max(report_.objects, progress.objects);
  report_.object_bytes += progress.object_bytes;
  findings = check.findings();
  return has_more ? Status() : has_more.error();
}

void FolderFsck::show(const fsck::Progress& progress) {
  const Duration now = clock_.steady();
  if (!wish_.is_json || now - shown_ < kProgressInterval) return;
  shown_ = now;
  std::fputs(http::to_line(http::to_wire(progress)).c_str(), stdout);
  std::fflush(stdout);
}

wire::FsckReport FolderFsck::report() {
  const std::lock_guard lock(telling_);
  wire::FsckReport report = report_;
  report.data_folder = folder_->path();
  report.took = clock_.steady() - began_;
  report.findings = mended_;
  report.findings.insert(report.findings.end(), found_.begin(), found_.end());
  shorten(report.findings);
  return report;
}

bool FolderFsck::say() {
  const wire::FsckReport all = report();
  const std::string text = wish_.is_json ? http::to_line(all) : wire::to_text(all);
  return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "mlpd: %s\n", message.c_str());
  return code;
}

}  // namespace

int run_fsck(const Config& config, const FsckWish& wish) {
  FolderFsck fsck(config, wish);
  if (const auto failed = fsck.open()) return fail(failed->exit_code, failed->message);
  if (const Status done = fsck.check_and_mend(); !done) {
    (void)fsck.say();
    const bool is_full = done.error().code == ErrorCode::kNoSpace;
    return fail(is_full ? kNoRoom : kStoreRefused, done.error().message);
  }
  if (!fsck.say()) return kStoreRefused;
  return fsck.is_all_repaired() ? kStopped : kFindingsLeft;
}

}  // namespace mlp::mlpd
