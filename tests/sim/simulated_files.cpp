// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulated_files.h"

#include <algorithm>
#include <exception>

#include "base/text.h"
#include "runtime/model/object.h"

namespace mlp::sim {
namespace {

/// Numbers of the folders of a slot as they were made.
class SimulatedSlot final : public execute::SlotFolder {
 public:
  SimulatedSlot(Disk& disk, Trouble& trouble, std::string path)
      : disk_(disk), trouble_(trouble), path_(std::move(path)) {}

  Status make() {
    MLP_TRY(disk_.make_folder(path_, 0700));
    for (const char* part : kParts) MLP_TRY(disk_.make_folder(path_ + part, 0700));
    for (std::size_t i = 0; i < std::size(kParts); ++i) numbers_[i] = disk_.find(path_ + kParts[i]);
    return {};
  }

  void remove(const std::string& path) override {
    trouble_.at_file();
    (void)disk_.remove(path_ + "/task/" + path);
  }

  bool is_clean() override {
    for (std::size_t i = 0; i < std::size(kParts); ++i) {
      if (numbers_[i] != disk_.find(path_ + kParts[i])) return false;
    }
    const bool has_out = disk_.find(path_ + "/task/out") != 0;
    return has_only("", {"task", "home", "tmp", "log", "stdout", "call.json", "body", "body.sh"}) &&
           has_only("/task", {"in", "out"}) && has_only("/task/in", {}) && has_only("/home", {}) &&
           has_only("/tmp", {}) && (!has_out || has_only("/task/out", {}));
  }

 private:
  static constexpr const char* kParts[] = {"/task", "/task/in", "/home", "/tmp"};

  bool has_only(const char* folder, const std::vector<std::string>& allowed) {
    const auto names = disk_.list(path_ + folder);
    if (!names) return false;
    return std::all_of(names->begin(), names->end(), [&](const std::string& name) {
      return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
    });
  }

  Disk& disk_;
  Trouble& trouble_;
  std::string path_;
  Disk::Number numbers_[std::size(kParts)] = {};
};

}  // namespace

Status SimulatedFiles::take_space(const std::string& path) {
  trouble_.at_file();
  if (!trouble_.is_disk_full()) return {};
  effects_.count("file refused for space");
  return Error{ErrorCode::kNoSpace, "no space left for " + path};
}

Result<std::string> SimulatedFiles::read(const std::string& path, std::uint64_t limit) {
  MLP_ASSIGN(std::string data, read_range(path, 0, limit + 1));
  if (data.size() <= limit) return data;
  return Error{ErrorCode::kLimit, path + " is larger than " + human_size(limit)};
}

Result<std::string> SimulatedFiles::read_range(const std::string& path, std::uint64_t offset,
                                               std::uint64_t count) {
  const auto bytes = disk_.bytes(path);
  if (!bytes) return Error{ErrorCode::kNotFound, "no file " + path};
  return offset < bytes->size() ? bytes->substr(offset, count) : std::string();
}

Status SimulatedFiles::write(const std::string& path, std::string_view data, std::uint32_t mode) {
  MLP_TRY(take_space(path));
  return disk_.write(path, data, mode);
}

Status SimulatedFiles::append(const std::string& path, std::string_view data) {
  MLP_TRY(take_space(path));
  return disk_.append(path, data);
}

Status SimulatedFiles::sync(const std::string& path) {
  trouble_.at_file();
  return disk_.sync(path);
}

Status SimulatedFiles::rename(const std::string& from, const std::string& to) {
  trouble_.at_file();
  return disk_.rename(from, to);
}

Status SimulatedFiles::link(const std::string& from, const std::string& to) {
  MLP_TRY(take_space(to));
  return disk_.link(from, to);
}

// Destructors remove too: what a dying process still wants to remove stays.
Status SimulatedFiles::remove(const std::string& path) {
  if (std::uncaught_exceptions() > 0) return Error{ErrorCode::kIo, "the process has ended"};
  const bool is_by_destructor = path.find("/uploads/") != std::string::npos;
  if (!is_by_destructor) trouble_.at_file();
  return disk_.remove(path);
}

Status SimulatedFiles::make_folder(const std::string& path, std::uint32_t mode) {
  if (disk_.find(path) == 0) MLP_TRY(take_space(path));
  return disk_.make_folder(path, mode);
}

Status SimulatedFiles::chmod(const std::string& path, std::uint32_t mode) {
  trouble_.at_file();
  return disk_.chmod(path, mode);
}

Status SimulatedFiles::symlink(const std::string& target, const std::string& path) {
  MLP_TRY(take_space(path));
  return disk_.symlink(target, path);
}

Result<std::uint64_t> SimulatedFiles::free_space(const std::string&) {
  constexpr std::uint64_t kPlenty = 1ULL << 40;
  return trouble_.is_disk_full() ? 0 : kPlenty;
}

std::optional<std::string> SimulatedFiles::read_small(const std::string& folder,
                                                      const std::string& place) {
  const auto bytes = disk_.bytes(folder + "/" + place);
  if (!bytes || bytes->size() > model::kSmallObject) return std::nullopt;
  return *bytes;
}

Result<std::string> SimulatedFiles::resolve(const std::string& folder, const std::string& place) {
  const std::string path = folder + "/" + place;
  const auto info = disk_.stat(path);
  if (!info) return info.error();
  if (info->kind != FileKind::kLink) return path;
  return Error{ErrorCode::kDenied, path};
}

void SimulatedFiles::empty(const std::string& path) {
  trouble_.at_file();
  if (disk_.bytes(path)) (void)disk_.write(path, "", 0600);
}

Result<std::unique_ptr<execute::SlotFolder>> SimulatedFiles::make_slot(const std::string& path) {
  MLP_TRY(take_space(path));
  auto slot = std::make_unique<SimulatedSlot>(disk_, trouble_, path);
  MLP_TRY(slot->make());
  return std::unique_ptr<execute::SlotFolder>(std::move(slot));
}

}  // namespace mlp::sim
