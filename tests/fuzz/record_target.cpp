// SPDX-License-Identifier: Apache-2.0
//
// Any bytes in the store: every noun is read from them, as one record or in a list. What can be
// read is written and read again as the same bytes.
#include <functional>

#include "runtime/store/attempt_records.h"
#include "runtime/store/count_records.h"
#include "runtime/store/event_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/submit_records.h"
#include "runtime/store/task_run_records.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

/// A store whose every key has the same value, and whose every scan finds one key.
class OneRecord final : public store::View {
 public:
  OneRecord(std::string_view key_end, std::string_view value) : key_end_(key_end), value_(value) {}
  Result<std::optional<std::string>> get(store::Family, std::string_view) const override {
    return std::optional<std::string>(value_);
  }
  Status scan(store::Family, std::string_view prefix, std::string_view,
              const std::function<bool(std::string_view, std::string_view)>& visit,
              bool) const override {
    visit(std::string(prefix) + key_end_, value_);
    return {};
  }

 private:
  std::string key_end_;
  std::string value_;
};

/// The value the noun's own `put` writes; the last change of its batch is the record's.
template <typename Noun>
std::string written(void (*put)(store::Batch&, const Noun&), const Noun& noun) {
  store::Batch batch;
  put(batch, noun);
  for (const auto& change : batch.changes()) {
    if (!change.is_delete && !change.value.empty()) return change.value;
  }
  return "";
}

/// `find` of what was found and written again must give what is written the same.
template <typename Noun, typename Find>
void check_noun(const OneRecord& view, Find find, void (*put)(store::Batch&, const Noun&)) {
  const auto found = find(view);
  if (!found || !*found) return;
  const std::string bytes = written(put, **found);
  const auto again = find(OneRecord("", bytes));
  MLP_CHECK(again && *again && written(put, **again) == bytes);
}

const model::RunId kRun(7);
const model::TaskId kTask(2);
const model::AttemptId kAttempt((1ull << 40) | 5);
const model::TaskRunId kTaskRun{kRun, kTask, {3, 1}};

void take_run(const OneRecord& view) {
  check_noun(view, [](const auto& v) { return store::find_run(v, kRun); }, store::put_run);
}
void take_task_run(const OneRecord& view) {
  const auto find = [](const auto& v) { return store::find_task_run(v, kTaskRun); };
  check_noun(view, find, store::put_task_run);
}
void take_attempt(const OneRecord& view) {
  const auto find = [](const auto& v) { return store::find_attempt(v, kAttempt); };
  check_noun(view, find, store::put_attempt);
}
void take_key(const OneRecord& view) {
  const auto find = [](const auto& v) { return store::find_key(v, sha256("key")); };
  check_noun(view, find, store::put_key);
}
void take_object(const OneRecord& view) {
  const auto find = [](const auto& v) { return store::find_object(v, sha256("object")); };
  check_noun(view, find, store::put_object_record);
}
void take_snapshot(const OneRecord& view) {
  const auto find = [](const auto& v) { return store::find_snapshot(v, sha256("snapshot")); };
  check_noun(view, find, store::put_snapshot);
}
void take_request(const OneRecord& view) {
  const auto find = [](const auto& v) { return store::find_request(v, "local", "k"); };
  check_noun(view, find, store::put_request);
}

void take_lists(const OneRecord& view) {
  static_cast<void>(store::get_meta(view));
  static_cast<void>(store::list_counts(view, kRun));
  static_cast<void>(store::list_runs(view, "default", 10));
  static_cast<void>(store::list_unfinished_runs(view));
  static_cast<void>(store::visit_task_runs(view, kRun, [](model::TaskRun&&) { return true; }));
  static_cast<void>(store::list_task_runs(view, kRun, {kTask, {}, {}, 10}));
  static_cast<void>(store::list_due(view));
  static_cast<void>(store::list_live(view));
  static_cast<void>(store::find_log(view, kAttempt));
  static_cast<void>(store::find_object_bytes(view, sha256("object")));
  static_cast<void>(store::list_used_by(view, sha256("object"), 10));
  static_cast<void>(store::find_expired_requests(view, Instant{1}, {}, 10));
  static_cast<void>(store::list_transitions(view, kRun, 0, 10));
}

void check_transitions(std::string_view value) {
  const auto read = store::decode_transitions(9, value);
  if (!read) return;
  const std::string bytes = store::encode_transitions(*read);
  const auto again = store::decode_transitions(9, bytes);
  MLP_CHECK(again && *again == *read);
}

}  // namespace

void take(std::string_view input) {
  static constexpr void (*kNouns[])(const OneRecord&) = {take_run,     take_task_run, take_attempt,
                                                         take_key,     take_object,   take_snapshot,
                                                         take_request, take_lists};
  const std::size_t noun = take_choice(input, std::size(kNouns) + 1);
  if (noun == std::size(kNouns)) return check_transitions(input);
  const std::size_t key_size = std::min(take_choice(input, 64), input.size());
  kNouns[noun](OneRecord(input.substr(0, key_size), input.substr(key_size)));
}

}  // namespace mlp::fuzz
