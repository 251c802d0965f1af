// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/event_records.h"

#include <limits>

#include "runtime/store/buckets.h"

namespace mlp::store {
namespace {

constexpr char kVersion = 1;
constexpr std::uint64_t kCancelAsked = 8;  // bit beside the run state
constexpr std::uint64_t kSourceShift = 4;  // bits below are the state of the task run
constexpr std::uint64_t kStateMask = 15;
constexpr std::size_t kMaxDepth = 64;  // of nested `for`s: a bound on damaged bytes

void put_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}

std::uint64_t zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}

std::int64_t unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
}

/// Reads the numbers back; after a short one, or one too large, ok is false.
class NumberReader {
 public:
  explicit NumberReader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t next() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::uint32_t next_u32() {
    const std::uint64_t number = next();
    ok_ &= number <= std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(number);
  }
  bool ok() const { return ok_; }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool read_state(NumberReader& in, model::Transition& out) {
  const std::uint64_t state = in.next();
  out.state = static_cast<model::TaskRunState>(state & kStateMask);
  out.source = static_cast<model::Source>(state >> kSourceShift & kStateMask);
  return state >> (2 * kSourceShift) == 0 && out.state >= model::TaskRunState::kWaiting &&
         out.state <= model::TaskRunState::kCancelled && out.source <= model::Source::kHit;
}

bool read_transition(NumberReader& in, std::uint64_t& last_attempt, model::Transition& out) {
  if (!read_state(in, out)) return false;
  out.task = model::TaskId(in.next_u32());
  const std::uint64_t depth = in.next();
  if (depth > kMaxDepth) return false;
  for (std::uint64_t i = 0; i < depth; ++i) out.items.push_back(in.next_u32());
  last_attempt += static_cast<std::uint64_t>(unzigzag(in.next()));
  out.attempt = model::AttemptId(last_attempt);
  return in.ok();
}

Error damaged() {
  return {ErrorCode::kCorrupt, "an event record of the store is damaged"};
}

}  // namespace

std::string encode_transitions(const model::Transitions& transitions) {
  std::string out(1, kVersion);
  put_number(out, zigzag(transitions.at.us));
  const std::uint64_t run_state =
      transitions.run_state ? static_cast<std::uint64_t>(*transitions.run_state) : 0;
  put_number(out, run_state | (transitions.cancel_asked ? kCancelAsked : 0));
  put_number(out, transitions.tasks.size());
  std::uint64_t last_attempt = 0;
  for (const model::Transition& each : transitions.tasks) {
    put_number(out, static_cast<std::uint64_t>(each.state) | static_cast<std::uint64_t>(each.source)
                                                                 << kSourceShift);
    put_number(out, each.task.value);
    put_number(out, each.items.size());
    for (const std::uint32_t item : each.items) put_number(out, item);
    put_number(out, zigzag(static_cast<std::int64_t>(each.attempt.value - last_attempt)));
    last_attempt = each.attempt.value;
  }
  return out;
}

Result<model::Transitions> decode_transitions(std::uint64_t commit, std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kVersion) return damaged();
  NumberReader in(bytes.substr(1));
  model::Transitions transitions;
  transitions.commit = commit;
  transitions.at = Instant{unzigzag(in.next())};
  const std::uint64_t run_state = in.next();
  transitions.cancel_asked = (run_state & kCancelAsked) != 0;
  const std::uint64_t state = run_state & ~kCancelAsked;
  if (state > static_cast<std::uint64_t>(model::RunState::kCancelled)) return damaged();
  if (state != 0) transitions.run_state = static_cast<model::RunState>(state);
  const std::uint64_t count = in.next();
  if (!in.ok() || count > in.left()) return damaged();
  std::uint64_t last_attempt = 0;
  transitions.tasks.resize(count);
  for (model::Transition& each : transitions.tasks) {
    if (!read_transition(in, last_attempt, each)) return damaged();
  }
  if (in.left() > 0) return damaged();
  return transitions;
}

void put_transitions(Batch& batch, model::RunId run, const model::Transitions& transitions) {
  batch.put(Family::kRecords, event_key(run, transitions.commit), encode_transitions(transitions));
}

Result<TransitionsPage> list_transitions(const View& view, model::RunId run, std::uint64_t after,
                                         std::size_t limit) {
  TransitionsPage page;
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, events_prefix(run), event_key(run, after + 1),
                    [&](std::string_view key, std::string_view bytes) {
                      page.has_more = page.commits.size() == limit;
                      if (page.has_more) return false;
                      KeyReader in(key);
                      in.u64();
                      Result<model::Transitions> decoded = decode_transitions(in.u64(), bytes);
                      if (!decoded) {
                        problem = decoded.error();
                        return false;
                      }
                      page.commits.push_back(std::move(*decoded));
                      return true;
                    }));
  MLP_TRY(problem);
  return page;
}

Result<std::optional<std::uint64_t>> remove_transitions(const View& view, Batch& batch,
                                                        model::RunId run, std::uint64_t after,
                                                        std::size_t limit) {
  std::size_t removed = 0;
  std::uint64_t last = after;
  MLP_TRY(view.scan(Family::kRecords, events_prefix(run), event_key(run, after + 1),
                    [&](std::string_view key, std::string_view) {
                      batch.remove(Family::kRecords, std::string(key));
                      KeyReader in(key);
                      in.u64();
                      last = in.u64();
                      return ++removed < limit;
                    }));
  return removed < limit ? std::nullopt : std::optional(last);
}

}  // namespace mlp::store
