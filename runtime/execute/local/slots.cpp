// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/slots.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/log.h"

namespace mlp::execute {
namespace {

// Removing so many files one by one would hold up other attempts.
constexpr std::size_t kMaxRemoved = 64;

/// Calls `visit` for each entry until it says false; false when one did, or there is no folder (a
/// link to one is none).
template <typename Visit>
bool each_entry(const std::string& path, const Visit& visit) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return false;
  DIR* folder = ::fdopendir(fd);
  if (folder == nullptr) return false;
  bool is_fine = true;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    is_fine = visit(name, entry->d_type);
    if (!is_fine) break;
  }
  ::closedir(folder);
  return is_fine;
}

bool is_empty_folder(const std::string& path) {
  return each_entry(path, [](std::string_view, unsigned char) { return false; });
}

/// Our own folders and files beside the working folder, and nothing that leads elsewhere.
bool has_only_ours(const std::string& slot_folder) {
  return each_entry(slot_folder, [](std::string_view name, unsigned char type) {
    if (name == "task" || name == "home" || name == "tmp") return type == DT_DIR;
    const bool is_our_file = name == "log" || name == "stdout" || name == "call.json" ||
                             name == "body" || name == "body.sh";
    return is_our_file && type == DT_REG;
  });
}

/// Removes what is below `folder` at `path`, never by way of a link: a task may have put one where
/// we made a folder, and what it leads to is not ours.
void remove_beneath(int folder, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const std::string parent = parent_path(path);
  const auto fd = static_cast<int>(::syscall(SYS_openat2, folder, parent.c_str(), &how, sizeof how));
  if (fd < 0) return;
  const std::string name = base_name(path);
  if (::unlinkat(fd, name.c_str(), 0) != 0) (void)::unlinkat(fd, name.c_str(), AT_REMOVEDIR);
  ::close(fd);
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
  for (const char* name : {"", "/task", "/task/in", "/home", "/tmp"}) {
    MLP_TRY(files_.make_folder(paths.folder + name, 0700));
  }
  return slot;
}

void Slots::release(SlotNumber slot, const std::vector<std::string>& made,
                    const std::vector<std::string>& outputs) {
  const std::string work = paths(slot).work();
  if (made.size() > kMaxRemoved) return discard(slot);
  const int folder = ::open(work.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return discard(slot);
  for (const std::string& path : outputs) {
    if (!path.empty()) remove_beneath(folder, path);
  }
  for (auto path = made.rbegin(); path != made.rend(); ++path) remove_beneath(folder, *path);
  ::close(folder);
  if (!is_clean(slot)) return discard(slot);
  free_.push_back(slot);
}

// A task may have put a link in the place of a folder of ours.
bool Slots::is_clean(SlotNumber slot) const {
  const SlotPaths paths = this->paths(slot);
  bool has_out = false;
  const bool is_as_made = each_entry(paths.work(), [&](std::string_view name, unsigned char type) {
    has_out = has_out || name == "out";
    return type == DT_DIR && (name == "in" || name == "out");
  });
  return is_as_made && is_empty_folder(paths.work() + "/in") &&
         (!has_out || is_empty_folder(paths.work() + "/out")) && has_only_ours(paths.folder) &&
         is_empty_folder(paths.folder + "/home") && is_empty_folder(paths.folder + "/tmp");
}

void Slots::discard(SlotNumber slot) {
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
