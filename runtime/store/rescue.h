// SPDX-License-Identifier: Apache-2.0
//
// What can still be read of a damaged store, as a new store in its place. What cannot is left out,
// so whoever rescues checks the records afterwards. Nothing of the damaged store is lost by it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/file.h"
#include "runtime/store/kv.h"
#include "runtime/store/rocks_kv.h"

namespace mlp::store {

struct Rescued {
  std::uint64_t records = 0;  // kept, of both families
  std::uint64_t gaps = 0;     // places where what stood there cannot be read
};

/// Copies all that can be read. Of a place that cannot, only the block or value itself is left out.
Result<Rescued> copy_readable(const View& view, Kv& to);

/// What is said of a rescue, before the new store takes its place: `fresh` is all that is in it.
using TellRescue =
    std::function<Result<std::string>(const Rescued& rescued, const View& fresh)>;

/// The file beside a damaged store that is kept: what `tell` said of its rescue.
std::string account_beside(const std::string& kept);

/// Of the store in `folder`, which nobody has open; the damaged one is `kept` afterwards. The
/// account of it is durable before anything is moved, so that it outlives whoever asked. Needs as
/// much space again: kNoSpace where that is not free, before anything is written. May be cut short
/// at any point: then the damaged store is where it was, or the new one is whole and finish_rescue()
/// gives it its place. `space`: as in RocksOptions.
Status rescue_store(Files& files, const std::string& folder, const std::string& kept,
                    const TellRescue& tell, SpaceWatch* space = nullptr);

/// Of the files in a folder, 0 where there is none: of a store, what a rescue of it needs.
Result<std::uint64_t> bytes_in(Files& files, const std::string& folder);
/// What a rescue of `folder` says where there is less than it needs.
Error no_room_for_new(const std::string& folder, std::uint64_t needed, std::uint64_t free);

/// Where a rescue was cut short between its last two renames, the new store gets its place.
Status finish_rescue(Files& files, const std::string& folder);

/// `folder`, or where a rescue that was cut short there left the new store.
std::string where_the_store_is(Files& files, const std::string& folder);

/// A sentence, why a store ends before what was acknowledged: of one that no daemon has used since
/// its rescue that, and where the account is; else as why_it_ends_early().
std::string why_commits_are_missing(Files& files, const std::string& folder);

/// What rescues that were cut short left beside a store.
void remove_remnants(Files& files, const std::string& folder);
/// The same, and that it was rescued: a daemon goes on with it.
void forget_rescue(Files& files, const std::string& folder);

}  // namespace mlp::store
