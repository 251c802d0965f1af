// SPDX-License-Identifier: Apache-2.0
//
// The fault model under our own files: atomic files, objects, uploads, the data folder, the stat
// index.
#pragma once

#include "base/file.h"
#include "tests/faults/fault_model.h"

namespace mlp::faults {

/// `model` must outlive it. Thread-safe.
class FaultyFiles final : public Files {
 public:
  explicit FaultyFiles(FaultModel& model) : model_(model) {}

  Result<FileInfo> stat(const std::string& path) override { return real_.stat(path); }
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
  Result<std::string> read_link(const std::string& path) override { return real_.read_link(path); }
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::uint64_t> free_space(const std::string& path) override {
    return real_.free_space(path);
  }

 private:
  Status check(Operation operation, const std::string& path);

  FaultModel& model_;
  Files& real_ = real_files();
};

}  // namespace mlp::faults
