// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/faulty_files.h"

#include <cerrno>
#include <cstring>

namespace mlp::faults {
namespace {

Error to_error(int number, const std::string& path) {
  const ErrorCode code = number == ENOSPC ? ErrorCode::kNoSpace : ErrorCode::kIo;
  return {code, "cannot use " + path + ": " + std::strerror(number)};
}

}  // namespace

/// Asks the model; the process may end here.
Status FaultyFiles::check(Operation operation, const std::string& path) {
  const Verdict verdict = model_.before(operation, path);
  if (verdict.stops) model_.stop();
  return verdict.error == 0 ? Status() : Status(to_error(verdict.error, path));
}

Result<std::string> FaultyFiles::read(const std::string& path, std::uint64_t limit) {
  MLP_TRY(check(Operation::kRead, path));
  return real_.read(path, limit);
}

Result<std::string> FaultyFiles::read_range(const std::string& path, std::uint64_t offset,
                                            std::uint64_t count) {
  MLP_TRY(check(Operation::kRead, path));
  return real_.read_range(path, offset, count);
}

Status FaultyFiles::write(const std::string& path, std::string_view data, std::uint32_t mode) {
  MLP_TRY(check(Operation::kCreate, path));
  const Verdict verdict = model_.before(Operation::kWrite, path, data.size());
  const Status written = real_.write(path, data.substr(0, verdict.bytes), mode);
  if (verdict.stops) model_.stop();
  return verdict.error == 0 ? written : Status(to_error(verdict.error, path));
}

Status FaultyFiles::append(const std::string& path, std::string_view data) {
  const Verdict verdict = model_.before(Operation::kWrite, path, data.size());
  const Status written = real_.append(path, data.substr(0, verdict.bytes));
  if (verdict.stops) model_.stop();
  return verdict.error == 0 ? written : Status(to_error(verdict.error, path));
}

Status FaultyFiles::sync(const std::string& path) {
  MLP_TRY(check(Operation::kSync, path));
  MLP_TRY(real_.sync(path));
  model_.synced(path);
  return {};
}

Status FaultyFiles::rename(const std::string& from, const std::string& to) {
  MLP_TRY(check(Operation::kRename, to));
  return real_.rename(from, to);
}

Status FaultyFiles::link(const std::string& from, const std::string& to) {
  MLP_TRY(check(Operation::kLink, to));
  return real_.link(from, to);
}

Status FaultyFiles::remove(const std::string& path) {
  MLP_TRY(check(Operation::kRemove, path));
  return real_.remove(path);
}

Status FaultyFiles::make_folder(const std::string& path, std::uint32_t mode) {
  if (real_.stat(path)) return real_.make_folder(path, mode);  // takes nothing of the disk
  MLP_TRY(check(Operation::kMakeFolder, path));
  return real_.make_folder(path, mode);
}

Status FaultyFiles::chmod(const std::string& path, std::uint32_t mode) {
  MLP_TRY(check(Operation::kCreate, path));
  return real_.chmod(path, mode);
}

Status FaultyFiles::symlink(const std::string& target, const std::string& path) {
  MLP_TRY(check(Operation::kCreate, path));
  return real_.symlink(target, path);
}

Result<std::vector<std::string>> FaultyFiles::list(const std::string& path) {
  MLP_TRY(check(Operation::kRead, path));
  return real_.list(path);
}

}  // namespace mlp::faults
