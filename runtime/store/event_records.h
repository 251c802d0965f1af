// SPDX-License-Identifier: Apache-2.0
//
// Bucket e: what each commit changed in a run, for event streams that can be resumed. The commit
// number is the id in the streams.
//
// Value, version 1: u8 1, then variable-length numbers (7 bits a byte, low first): time in us,
// run state (0: unchanged) + 8 if cancel was asked, number of transitions; for each transition
// state + 16 * source, task, number of items, items, and the attempt as zigzag difference to the
// attempt before. 8 to 12 bytes each.
#pragma once

#include <optional>
#include <vector>

#include "runtime/model/transition.h"
#include "runtime/store/kv.h"

namespace mlp::store {

void put_transitions(Batch& batch, model::RunId run, const model::Transitions& transitions);

struct TransitionsPage {
  std::vector<model::Transitions> commits;  // in order
  bool has_more = false;
};

/// Commits above `after`, at most `limit` of them.
Result<TransitionsPage> list_transitions(const View& view, model::RunId run, std::uint64_t after,
                                         std::size_t limit);

/// How long after the end of its run an event is kept.
inline constexpr Duration kEventsKept = std::chrono::hours(24);

/// Removes those of a run above the commit `after`, at most `limit`. The last commit removed where
/// more may follow; nullopt when none is left.
Result<std::optional<std::uint64_t>> remove_transitions(const View& view, Batch& batch,
                                                        model::RunId run, std::uint64_t after,
                                                        std::size_t limit);

/// The byte form by itself.
std::string encode_transitions(const model::Transitions& transitions);
Result<model::Transitions> decode_transitions(std::uint64_t commit, std::string_view bytes);

}  // namespace mlp::store
