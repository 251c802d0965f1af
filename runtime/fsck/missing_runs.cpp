// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/missing_runs.h"

#include <cstdint>

#include "runtime/store/buckets.h"
#include "runtime/store/meta_records.h"

namespace mlp::fsck {
namespace {

constexpr std::size_t kMostRanges = 20;  // a line that can still be read

/// Runs that are missing, as ranges of numbers.
class Gaps {
 public:
  /// All from `first` to `last` are missing; none where `last` is less.
  void add(std::uint64_t first, std::uint64_t last) {
    if (first > last) return;
    runs_ += last - first + 1;
    if (++ranges_ > kMostRanges) return;
    if (!text_.empty()) text_ += ", ";
    text_ += std::to_string(first);
    if (last > first) text_ += " to " + std::to_string(last);
  }
  std::string to_text() const {
    if (runs_ == 0) return "";
    const std::string more =
        ranges_ > kMostRanges ? " and others, " + std::to_string(runs_) + " in all" : "";
    return (runs_ == 1 ? "run " : "runs ") + text_ + more;
  }

 private:
  std::string text_;
  std::uint64_t runs_ = 0;
  std::size_t ranges_ = 0;
};

}  // namespace

Result<std::string> name_missing_runs(const store::View& view) {
  MLP_ASSIGN(const store::Meta meta, store::get_meta(view));
  Gaps gaps;
  std::uint64_t next = 1;
  MLP_TRY(view.scan(store::Family::kRecords, store::bucket_prefix(store::Bucket::kRun), {},
                    [&](std::string_view key, std::string_view) {
                      const std::uint64_t run = store::KeyReader(key).u64();
                      if (run > 0) gaps.add(next, run - 1);
                      next = run + 1;
                      return true;
                    }));
  gaps.add(next, meta.last_run);
  return gaps.to_text();
}

}  // namespace mlp::fsck
