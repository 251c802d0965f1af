// SPDX-License-Identifier: Apache-2.0
//
// The simulated disk as the daemon sees it: each operation may be its last, or find the disk full.
// What bodies and the runner do goes to the disk itself.
#pragma once

#include "base/file.h"
#include "runtime/execute/local/task_files.h"
#include "tests/sim/disk.h"
#include "tests/sim/trouble.h"

namespace mlp::sim {

class SimulatedFiles final : public Files, public execute::TaskFiles {
 public:
  SimulatedFiles(Disk& disk, Trouble& trouble, Effects& effects)
      : disk_(disk), trouble_(trouble), effects_(effects) {}

  Result<FileInfo> stat(const std::string& path) override { return disk_.stat(path); }
  Result<std::string> read(const std::string& path, std::uint64_t limit) override;
  Result<std::string> read_range(const std::string& path, std::uint64_t offset,
                                 std::uint64_t count) override;
  Status write(const std::string& path, std::string_view data, std::uint32_t mode) override;
  Status append(const std::string& path, std::string_view data) override;
  Status sync(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status link(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status make_folder(const std::string& path, std::uint32_t mode) override;
  Status chmod(const std::string& path, std::uint32_t mode) override;
  Status symlink(const std::string& target, const std::string& path) override;
  Result<std::string> read_link(const std::string& path) override { return disk_.read_link(path); }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return disk_.list(path);
  }
  Result<std::uint64_t> free_space(const std::string& path) override;

  std::optional<std::string> read_small(const std::string& folder,
                                        const std::string& place) override;
  Result<std::string> resolve(const std::string& folder, const std::string& place) override;
  Status check_not_written(const std::string&) override { return {}; }
  void empty(const std::string& path) override;
  Result<std::unique_ptr<execute::SlotFolder>> make_slot(const std::string& path) override;

 private:
  /// An operation that takes space begins.
  Status take_space(const std::string& path);

  Disk& disk_;
  Trouble& trouble_;
  Effects& effects_;
};

}  // namespace mlp::sim
