// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/slots.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/log.h"

namespace mlp::execute {
namespace {

// Removing so many files one by one would hold up other attempts.
constexpr std::size_t kMaxRemoved = 64;

/// Calls `visit` for each entry until it says false; false when one did, or there is no folder.
template <typename Visit>
bool each_entry(const std::string& path, const Visit& visit) {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return false;
  bool is_fine = true;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    is_fine = visit(name, static_cast<std::uint64_t>(entry->d_ino));
    if (!is_fine) break;
  }
  ::closedir(folder);
  return is_fine;
}

bool is_empty_folder(const std::string& path) {
  return each_entry(path, [](std::string_view, std::uint64_t) { return false; });
}

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
  made_.clear();
  MLP_TRY(make_folders(files_, data_folder_ + "/trash", 0700));
  MLP_TRY(make_folders(files_, data_folder_ + "/logs", 0700));
  MLP_TRY(make_folders(files_, generation_folder(), 0700));
  MLP_ASSIGN(const auto generations, files_.list(data_folder_ + "/work"));
  for (const std::string& name : generations) {
    if (name != std::to_string(generation)) throw_away(data_folder_ + "/work/" + name);
  }
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
  const SlotPaths paths = this->paths(slot);
  for (const char* name : {"", "/task", "/task/in", "/task/out", "/home", "/tmp"}) {
    MLP_TRY(files_.make_folder(paths.folder + name, 0700));
  }
  MLP_ASSIGN(const FileInfo in, files_.stat(paths.work() + "/in"));
  MLP_ASSIGN(const FileInfo out, files_.stat(paths.work() + "/out"));
  made_[slot] = {in.inode, out.inode};
  return slot;
}

void Slots::release(SlotNumber slot, const std::vector<std::string>& made,
                    const std::vector<std::string>& outputs) {
  const std::string work = paths(slot).work();
  if (made.size() > kMaxRemoved) return discard(slot);
  for (const std::string& path : outputs) {
    if (!path.empty()) ::unlink((work + "/" + path).c_str());
  }
  for (auto path = made.rbegin(); path != made.rend(); ++path) (void)files_.remove(work + "/" + *path);
  if (!is_clean(slot)) return discard(slot);
  free_.push_back(slot);
}

bool Slots::is_clean(SlotNumber slot) const {
  const auto known = made_.find(slot);
  if (known == made_.end()) return false;
  const SlotPaths paths = this->paths(slot);
  int seen = 0;
  const bool is_as_made = each_entry(paths.work(), [&](std::string_view name, std::uint64_t inode) {
    ++seen;
    return (name == "in" && inode == known->second.in) ||
           (name == "out" && inode == known->second.out);
  });
  return is_as_made && seen == 2 && is_empty_folder(paths.work() + "/in") &&
         is_empty_folder(paths.work() + "/out") && is_empty_folder(paths.folder + "/home") &&
         is_empty_folder(paths.folder + "/tmp");
}

void Slots::discard(SlotNumber slot) {
  made_.erase(slot);
  throw_away(paths(slot).folder);
}

void Slots::throw_away(const std::string& folder) {
  const std::string away = data_folder_ + "/trash/work-" + std::to_string(::getpid()) + "-" +
                           std::to_string(generation_) + "-" + std::to_string(++trashed_);
  const Status moved = files_.rename(folder, away);
  if (!moved) {
    if (moved.error().code != ErrorCode::kNotFound) {
      log::warning("a working folder cannot be thrown away",
                   {{"folder", folder}, {"error", moved.error().message}});
    }
    return;
  }
  workers_.post([&files = files_, away] { (void)remove_tree(files, away); });
}

}  // namespace mlp::execute
