// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/slots.h"

#include <algorithm>
#include <cstdlib>

#include "base/crash_point.h"
#include "base/log.h"

namespace mlp::execute {
namespace {

// Removing so many files one by one would hold up other attempts.
constexpr std::size_t kMaxRemoved = 64;

}  // namespace

std::string Slots::generation_folder() const {
  return data_folder_ + "/work/" + std::to_string(generation_);
}

SlotPaths Slots::paths(SlotNumber slot) const {
  return {generation_folder() + "/" + std::to_string(slot)};
}

Status Slots::begin_generation(std::uint64_t generation, const std::vector<SlotNumber>& used) {
  generation_ = generation;
  free_.clear();
  folders_.clear();
  MLP_TRY(make_folders(files_, data_folder_ + "/trash", 0700));
  MLP_TRY(make_folders(files_, data_folder_ + "/logs", 0700));
  MLP_TRY(make_folders(files_, generation_folder(), 0700));
  MLP_ASSIGN(const auto generations, files_.list(data_folder_ + "/work"));
  for (const std::string& name : generations) {
    if (name != std::to_string(generation)) throw_away(data_folder_ + "/work/" + name);
  }
  // Also where its folder is gone: whoever uses it will throw it away once more.
  for (const SlotNumber number : used) next_ = std::max(next_, number + 1);
  MLP_ASSIGN(const auto slots, files_.list(generation_folder()));
  for (const std::string& name : slots) {
    const auto number = static_cast<SlotNumber>(std::strtoul(name.c_str(), nullptr, 10));
    next_ = std::max(next_, number + 1);
    if (std::find(used.begin(), used.end(), number) != used.end()) continue;
    throw_away(generation_folder() + "/" + name);
  }
  // What an earlier daemon threw away and did not get to delete.
  workers_.post([&files = files_, trash = data_folder_ + "/trash"] {
    const auto names = files.list(trash);
    if (!names) return;
    for (const std::string& name : *names) {
      if (name.starts_with("work-")) (void)remove_tree(files, trash + "/" + name);
    }
  });
  return {};
}

Result<SlotNumber> Slots::take() {
  if (free_.empty()) return make();
  const SlotNumber slot = free_.back();
  free_.pop_back();
  return slot;
}

Result<SlotNumber> Slots::make() {
  const SlotNumber slot = next_++;
  MLP_ASSIGN(auto folder, task_files_.make_slot(paths(slot).folder));
  CRASH_POINT("slot.made");
  folders_.insert_or_assign(slot, std::move(folder));
  return slot;
}

void Slots::release(SlotNumber slot, const std::vector<std::string>& made,
                    const std::vector<std::string>& outputs) {
  const auto folder = folders_.find(slot);
  if (folder == folders_.end() || made.size() > kMaxRemoved) return discard(slot);
  for (const std::string& path : outputs) {
    if (!path.empty()) folder->second->remove(path);
  }
  for (auto path = made.rbegin(); path != made.rend(); ++path) folder->second->remove(*path);
  if (!folder->second->is_clean()) return discard(slot);
  free_.push_back(slot);
}

void Slots::discard(SlotNumber slot) {
  folders_.erase(slot);
  throw_away(paths(slot).folder);
}

void Slots::throw_away(const std::string& folder) {
  const std::string away = data_folder_ + "/trash/work-" + std::to_string(epoch_) + "-" +
                           std::to_string(generation_) + "-" + std::to_string(++trashed_);
  const Status moved = files_.rename(folder, away);
  if (!moved) {
    if (moved.error().code != ErrorCode::kNotFound) {
      log::warning("a working folder cannot be thrown away",
                   {{"folder", folder}, {"error", moved.error().message}});
    }
    return;
  }
  CRASH_POINT("slot.thrown_away");
  workers_.post([&files = files_, away] {
    (void)remove_tree(files, away);
    CRASH_POINT("slot.trash_removed");
  });
}

}  // namespace mlp::execute
