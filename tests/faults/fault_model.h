// SPDX-License-Identifier: Apache-2.0
//
// One model of what disks do wrong, asked before each file operation of the store and of our own
// files: it counts, fails, cuts short or ends the process at the N-th, and knows what a power cut
// would leave. Knows neither RocksDB nor mlp::Files; the wrappers beside it do.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/random.h"

namespace mlp::faults {

enum class Operation { kRead, kCreate, kWrite, kSync, kRename, kLink, kRemove, kMakeFolder };

enum class Kind {
  kNone,
  kIoError,   // EIO
  kNoSpace,   // ENOSPC of what takes space, after half of a write went through
  kStop,      // the process ends, a write half done; what it wrote stays, as after kill -9
  kPowerCut,  // the same, and what was not synced is dropped, torn or kept, as chance wants
};

struct Fault {
  Kind kind = Kind::kNone;
  std::uint64_t at = 0;          // number of the operation, from 1
  bool is_from_then_on = false;  // until lift() or the end of the process; else once
  bool is_killed = false;        // when the engine can only wait for space; else the model is lifted
  std::uint64_t seed = 1;        // of what a power cut leaves
};

/// A process that stopped ends with it.
inline constexpr int kStoppedExit = 77;

/// What is to be done with one operation.
struct Verdict {
  int error = 0;           // errno; 0: go on
  std::size_t bytes = 0;   // of a write: so many go through before the error or the end
  bool stops = false;      // call stop() then
};

/// The files below `root` as they are, and as a power cut would leave them. Paths outside of it are
/// not looked at. Thread-safe.
class FaultModel {
 public:
  FaultModel(std::string root, Fault fault);

  /// `bytes`: of a write.
  Verdict before(Operation operation, const std::string& path, std::size_t bytes = 0);
  /// fsync of a file or a folder has succeeded.
  void synced(const std::string& path);
  /// From now on the disk does as told.
  void lift();
  /// Ends the process; before that, for a power cut, makes the folder what the disk would have.
  [[noreturn]] void stop();

  std::uint64_t count() const;
  std::uint64_t count(Operation operation) const;

 private:
  /// An inode's number is given again after its file is gone, its time of birth is not.
  using Inode = std::pair<std::uint64_t, std::int64_t>;
  struct Entry {
    bool is_folder = false;
    Inode inode;
    std::uint32_t mode = 0600;
  };
  using Names = std::map<std::string, Entry>;

  static bool look_at(const std::string& path, Entry& entry);
  static Names list(const std::string& folder);
  bool is_below_root(const std::string& path) const;
  bool is_hit(Operation operation);
  void cut_power();
  void note_contents(const std::string& folder);
  void rebuild(const std::string& from, const std::string& to, bool is_current);
  std::string leavings(const Inode& inode);

  const std::string root_;
  const Fault fault_;
  SeededRandom random_;

  mutable std::mutex mutex_;  // guards all below
  std::uint64_t count_ = 0;
  bool has_refused_ = false;
  bool is_lifted_ = false;
  std::map<Operation, std::uint64_t> counts_;
  std::map<Inode, std::string> synced_;     // bytes of files as last synced
  std::map<std::string, Names> folders_;    // by path: their names as last synced
  std::map<Inode, std::string> contents_;   // bytes of files when the power is cut
};

}  // namespace mlp::faults
