// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/rescue.h"

#include <functional>
#include <memory>
#include <optional>

#include "base/crash_point.h"
#include "base/text.h"
#include "runtime/store/buckets.h"
#include "runtime/store/rocks_kv.h"
#include "runtime/store/rocks_log.h"

namespace mlp::store {
namespace {

constexpr std::size_t kBatchBytes = 4 << 20;
constexpr std::uint64_t kMaxBlobFile = 256ull << 20;
constexpr std::string_view kFilling = "-filling";
constexpr std::string_view kNew = "-new";  // whole
constexpr std::string_view kWorkshop = "-rescue";
constexpr std::string_view kMark = "rescued";  // in a new store: where the account of it is
constexpr std::uint64_t kMaxMark = 4096;

// ---- reading around damage ----------------------------------------------------------------------

/// `key` as a big-endian number and 2^power; nullopt when it has no room for it.
std::optional<std::string> plus_power(std::string key, std::size_t power) {
  if (power / 8 >= key.size()) return std::nullopt;
  std::size_t at = key.size() - 1 - power / 8;
  unsigned carry = 1u << (power % 8);
  while (true) {
    carry += static_cast<unsigned char>(key[at]);
    key[at] = static_cast<char>(carry & 0xff);
    carry >>= 8;
    if (carry == 0) return key;
    if (at-- == 0) return std::nullopt;
  }
}

/// False where what stands there is damaged; an error where it cannot be told (the system refuses).
Result<bool> is_readable(const View& view, Family family, const std::string& from) {
  const Status read =
      view.scan(family, {}, from, [](std::string_view, std::string_view) { return false; });
  if (!read && read.error().code != ErrorCode::kCorrupt) return read.error();
  return read.has_value();
}

/// The first place after `key` from where reading goes on; nullopt when there is none.
Result<std::optional<std::string>> after_gap(const View& view, Family family,
                                             const std::string& key) {
  for (std::size_t power = 0;; ++power) {
    const std::optional<std::string> far = plus_power(key, power);
    if (!far) return far;
    MLP_ASSIGN(const bool goes_on, is_readable(view, family, *far));
    if (!goes_on) continue;
    std::string damaged = power == 0 ? key : *plus_power(key, power - 1);
    for (std::size_t bit = power == 0 ? 0 : power - 1; bit-- > 0;) {
      const std::optional<std::string> probe = plus_power(damaged, bit);
      if (!probe) continue;
      MLP_ASSIGN(const bool is_behind, is_readable(view, family, *probe));
      if (!is_behind) damaged = *probe;
    }
    return plus_power(damaged, 0);
  }
}

/// A copy of records from `from` on until the batch is full, the end or damage.
struct Stretch {
  Batch batch;
  std::string last;
  bool is_full = false;
  Status end;
};

Stretch read_stretch(const View& view, Family family, const std::string& from) {
  Stretch stretch;
  std::size_t bytes = 0;
  stretch.end = view.scan(family, {}, from, [&](std::string_view key, std::string_view value) {
    stretch.batch.put(family, std::string(key), std::string(value));
    stretch.last = key;
    bytes += key.size() + value.size();
    stretch.is_full = bytes >= kBatchBytes;
    return !stretch.is_full;
  });
  return stretch;
}

Status copy_family(const View& view, Family family, Kv& to, Rescued& rescued) {
  std::string from(1, '\0');
  while (true) {
    const Stretch stretch = read_stretch(view, family, from);
    if (!stretch.end && stretch.end.error().code != ErrorCode::kCorrupt) return stretch.end;
    rescued.records += stretch.batch.changes().size();
    MLP_TRY(to.write(stretch.batch));
    if (stretch.end && !stretch.is_full) return {};
    const std::string& reached = stretch.last.empty() ? from : stretch.last;
    std::optional<std::string> next = reached + '\0';
    if (!stretch.end) {
      ++rescued.gaps;
      MLP_ASSIGN(next, after_gap(view, family, reached));
    }
    if (!next) return {};
    from = std::move(*next);
  }
}

// ---- the folder ---------------------------------------------------------------------------------

/// None where the whole folder is gone.
Result<std::vector<std::string>> names_in(Files& files, const std::string& folder) {
  Result<std::vector<std::string>> names = files.list(folder);
  const bool is_gone = !names && names.error().code == ErrorCode::kNotFound;
  return is_gone ? std::vector<std::string>() : std::move(names);
}

/// The files of a store under other names, which begin with `to`: RocksDB never changes one in
/// place. `is_wanted` chooses.
Status link_files(Files& files, const std::string& from, const std::string& to,
                  const std::function<bool(const std::string& name)>& is_wanted) {
  MLP_ASSIGN(const std::vector<std::string> names, names_in(files, from));
  for (const std::string& name : names) {
    MLP_ASSIGN(const FileInfo info, files.stat(join_path(from, name)));
    if (info.kind != FileKind::kFile || !is_wanted(name)) continue;
    MLP_TRY(files.link(join_path(from, name), to + name));
  }
  return {};
}

Status make_empty(Files& files, const std::string& folder) {
  MLP_TRY(remove_tree(files, folder));
  return files.make_folder(folder, 0700);
}

bool is_log(const std::string& name) {
  return name.ends_with(".log");
}

/// One that is damaged may be opened and worked on: it is a copy.
class Workshop {
 public:
  Workshop(Files& files, const std::string& store, const RocksOptions& options)
      : files_(files),
        store_(store),
        folder_(store + std::string(kWorkshop)),
        options_(options) {}

  Status copy_to(Kv& to, Rescued& rescued) {
    MLP_TRY(make_empty(files_, folder_));
    MLP_TRY(link_files(files_, store_, folder_ + "/", [](const auto&) { return true; }));
    const auto kv = open_rocks_kv(folder_, options_);
    if (kv) return copy(**kv, to, rescued);
    if (kv.error().code != ErrorCode::kCorrupt) return kv.error();
    MLP_TRY(copy_tables(to, rescued));
    // What stands in the logs is never older than what stands in a table.
    return copy_logs(to, rescued);
  }
  Status clean() { return remove_tree(files_, folder_); }

 private:
  static Status copy(Kv& from, Kv& to, Rescued& rescued) {
    MLP_ASSIGN(const Rescued copied, copy_readable(*from.view(), to));
    rescued.records += copied.records;
    rescued.gaps += copied.gaps;
    return {};
  }

  Status copy_tables(Kv& to, Rescued& rescued) {
    MLP_TRY(make_empty(files_, folder_));
    MLP_TRY(link_files(files_, store_, folder_ + "/",
                       [](const std::string& name) { return !is_log(name); }));
    MLP_TRY(rebuild_rocks_manifest(folder_, options_.space));
    MLP_ASSIGN(const std::unique_ptr<Kv> kv, open_rocks_kv(folder_, options_));
    return copy(*kv, to, rescued);
  }

  // A new store takes up what logs it finds above its own: "1" makes 1000032.log of 000032.log.
  Status copy_logs(Kv& to, Rescued& rescued) {
    MLP_TRY(make_empty(files_, folder_));
    if (const auto empty = open_rocks_kv(folder_, options_); !empty) return empty.error();
    MLP_TRY(link_files(files_, store_, folder_ + "/1", is_log));
    MLP_ASSIGN(const std::unique_ptr<Kv> kv, open_rocks_kv(folder_, options_));
    return copy(*kv, to, rescued);
  }

  Files& files_;
  const std::string& store_;
  std::string folder_;
  const RocksOptions& options_;
};

/// Objects whose values stand in files that a rebuilt list of files does not know. Their digests
/// tell that they are whole.
Status copy_blobs(Files& files, const std::string& folder, Kv& to, Rescued& rescued) {
  MLP_ASSIGN(const std::vector<std::string> names, names_in(files, folder));
  for (const std::string& name : names) {
    if (!name.ends_with(".blob")) continue;
    MLP_ASSIGN(const std::string bytes, files.read(join_path(folder, name), kMaxBlobFile));
    Batch batch;
    visit_rocks_blobs(bytes, [&](std::string_view key, std::string_view value) {
      const bool is_object = key.starts_with(bucket_prefix(Bucket::kObjectBytes)) &&
                             sha256(value) == KeyReader(key).digest();
      const auto known = to.get(Family::kBytes, key);
      if (!is_object || !known || *known) return;
      batch.put(Family::kBytes, std::string(key), std::string(value));
    });
    rescued.records += batch.changes().size();
    MLP_TRY(to.write(batch));
  }
  return {};
}

Status find_room(Files& files, const std::string& folder) {
  MLP_ASSIGN(const std::uint64_t needed, bytes_in(files, folder));
  MLP_ASSIGN(const std::uint64_t free, files.free_space(parent_path(folder)));
  return free >= needed ? Status() : no_room_for_new(folder, needed, free);
}

Result<std::string> fill_new(Files& files, const std::string& folder, const std::string& fresh,
                             const TellRescue& tell, const RocksOptions& options) {
  MLP_TRY(make_empty(files, fresh));
  MLP_ASSIGN(const std::unique_ptr<Kv> to, open_rocks_kv(fresh, options));
  Rescued rescued;
  Workshop workshop(files, folder, options);
  MLP_TRY(workshop.copy_to(*to, rescued));
  MLP_TRY(copy_blobs(files, folder, *to, rescued));
  MLP_TRY(to->sync());
  MLP_TRY(workshop.clean());
  return tell(rescued, *to->view());
}

/// A start makes an empty folder in the place of one that is not there.
bool is_gone(Files& files, const std::string& folder) {
  const auto names = files.list(folder);
  return names ? names->empty() : names.error().code == ErrorCode::kNotFound;
}

std::string beside(const std::string& folder, std::string_view ending) {
  return folder + std::string(ending);
}

}  // namespace

Result<Rescued> copy_readable(const View& view, Kv& to) {
  Rescued rescued;
  for (const Family family : {Family::kRecords, Family::kBytes}) {
    MLP_TRY(copy_family(view, family, to, rescued));
  }
  return rescued;
}

Result<std::uint64_t> bytes_in(Files& files, const std::string& folder) {
  MLP_ASSIGN(const std::vector<std::string> names, names_in(files, folder));
  std::uint64_t bytes = 0;
  for (const std::string& name : names) {
    MLP_ASSIGN(const FileInfo info, files.stat(join_path(folder, name)));
    bytes += info.size;
  }
  return bytes;
}

Error no_room_for_new(const std::string& folder, std::uint64_t needed, std::uint64_t free) {
  return {ErrorCode::kNoSpace, "a new store of what can be read of " + folder + " needs up to " +
                                   human_size(needed) + ", but " + human_size(free) +
                                   " are free: make room and try again"};
}

std::string account_beside(const std::string& kept) {
  return kept + ".txt";
}

Status rescue_store(Files& files, const std::string& folder, const std::string& kept,
                    const TellRescue& tell, SpaceWatch* space) {
  const std::string filling = beside(folder, kFilling);
  MLP_TRY(remove_tree(files, filling));  // of a rescue that was cut short
  MLP_TRY(find_room(files, folder));
  RocksOptions options;
  options.space = space;
  MLP_ASSIGN(const std::string account, fill_new(files, folder, filling, tell, options));
  MLP_TRY(write_atomic(files, account_beside(kept), account + "\n", 0600));
  MLP_TRY(write_atomic(files, join_path(filling, kMark), account_beside(kept), 0600));
  CRASH_POINT("rescue.filled");
  MLP_TRY(remove_tree(files, beside(folder, kNew)));
  MLP_TRY(files.rename(filling, beside(folder, kNew)));
  MLP_TRY(files.sync(parent_path(folder)));
  CRASH_POINT("rescue.new_is_whole");
  const Status moved = files.rename(folder, kept);
  if (!moved && moved.error().code != ErrorCode::kNotFound) return moved.error();
  CRASH_POINT("rescue.damaged_is_kept");
  MLP_TRY(finish_rescue(files, folder));
  CRASH_POINT("rescue.finished");
  return {};
}

std::string where_the_store_is(Files& files, const std::string& folder) {
  const std::string fresh = beside(folder, kNew);
  return is_gone(files, folder) && files.stat(fresh) ? fresh : folder;
}

Status finish_rescue(Files& files, const std::string& folder) {
  const std::string fresh = where_the_store_is(files, folder);
  if (fresh == folder) return {};
  MLP_TRY(files.rename(fresh, folder));
  return files.sync(parent_path(folder));
}

std::string why_commits_are_missing(Files& files, const std::string& folder) {
  const Result<std::string> account = files.read(join_path(folder, kMark), kMaxMark);
  return account ? "They stood in what could not be read of the damaged store: see " + *account
                 : why_it_ends_early(files, folder);
}

void forget_rescue(Files& files, const std::string& folder) {
  remove_remnants(files, folder);
  (void)files.remove(join_path(folder, kMark));  // it is of no commit that will be missing
}

void remove_remnants(Files& files, const std::string& folder) {
  for (const std::string_view ending : {kFilling, kNew, kWorkshop}) {
    (void)remove_tree(files, beside(folder, ending));  // it only takes up space
  }
}

}  // namespace mlp::store
