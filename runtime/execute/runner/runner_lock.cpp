// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/runner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/crash_point.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace mlp::runner {
namespace {

constexpr std::uint64_t kFileLimit = 4096;  // bytes; one line of JSON

std::string lock_path(const std::string& data_folder) {
  return join_path(data_folder, "runner.lock");
}

Result<RunnerIdentity> parse_identity(std::string_view text) {
  MLP_ASSIGN(const Json json, parse_json(text));
  RunnerIdentity identity;
  identity.pid = static_cast<int>(get_int_or(json, "pid", 0));
  identity.start_time = static_cast<std::uint64_t>(get_int_or(json, "start_time", 0));
  identity.generation = static_cast<std::uint64_t>(get_int_or(json, "generation", 0));
  identity.boot_id = get_string_or(json, "boot_id", "");
  return identity;
}

/// A lost runner.lock must not give a generation again whose folder may still be in use.
std::uint64_t highest_generation(const std::string& data_folder) {
  std::uint64_t highest = 0;
  const auto names = real_files().list(join_path(data_folder, "work"));
  if (!names) return 0;
  for (const std::string& name : *names) {
    highest = std::max<std::uint64_t>(highest, std::strtoull(name.c_str(), nullptr, 10));
  }
  return highest;
}

Status write_whole(int fd, std::string_view text) {
  const auto failed = [] {
    return Error{ErrorCode::kIo, std::string("cannot write runner.lock: ") + std::strerror(errno)};
  };
  if (::ftruncate(fd, 0) != 0) return failed();
  CRASH_POINT("runner.lock_emptied");
  const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size())) return failed();
  CRASH_POINT("runner.lock_written");
  if (::fsync(fd) != 0) return failed();
  return {};
}

}  // namespace

Result<RunnerLock> RunnerLock::take(const std::string& data_folder) {
  const std::string path = lock_path(data_folder);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return Error{ErrorCode::kIo, "cannot open " + printable(path) + ": " + std::strerror(errno)};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return Error{ErrorCode::kConflict, "another mlp-runner serves " + printable(data_folder)};
  }
  return RunnerLock(fd, data_folder);
}

Result<RunnerIdentity> RunnerLock::write_identity() {
  RunnerIdentity identity;
  if (const auto text = real_files().read(lock_path(data_folder_), kFileLimit)) {
    if (const auto before = parse_identity(*text)) identity.generation = before->generation;
  }
  identity.generation = std::max(identity.generation, highest_generation(data_folder_)) + 1;
  identity.pid = ::getpid();
  identity.start_time = start_time_of(identity.pid);
  identity.boot_id = boot_id();
  const std::string text = to_text(JsonObject{{"pid", identity.pid},
                                              {"start_time", identity.start_time},
                                              {"generation", identity.generation},
                                              {"boot_id", identity.boot_id}}) +
                           "\n";
  MLP_TRY(write_whole(fd_, text));
  // Else a power cut takes the file, and the next runner is of a generation there was before.
  MLP_TRY(real_files().sync(data_folder_));
  CRASH_POINT("runner.lock_named");
  return identity;
}

Result<RunnerRecord> read_runner_lock(const std::string& data_folder) {
  const std::string path = lock_path(data_folder);
  MLP_ASSIGN(const std::string text, real_files().read(path, kFileLimit));
  RunnerRecord record;
  if (auto identity = parse_identity(text)) record.identity = std::move(*identity);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return Error{ErrorCode::kIo, std::string("cannot open runner.lock: ") + std::strerror(errno)};
  record.is_alive = ::flock(fd, LOCK_SH | LOCK_NB) != 0;
  ::close(fd);
  return record;
}

std::string boot_id() {
  const auto text = real_files().read("/proc/sys/kernel/random/boot_id", kFileLimit);
  return text ? std::string(trim(*text)) : std::string();
}

std::uint64_t start_time_of(int pid) {
  const auto text = real_files().read("/proc/" + std::to_string(pid) + "/stat", kFileLimit);
  if (!text) return 0;
  // The name in parentheses may hold anything; field 3 follows the last one.
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return 0;
  const auto fields = split(std::string_view(*text).substr(name_end + 2), ' ');
  return fields.size() > 19 ? std::strtoull(fields[19].c_str(), nullptr, 10) : 0;
}

}  // namespace mlp::runner
