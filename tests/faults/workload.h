// SPDX-License-Identifier: Apache-2.0
//
// The canonical workload: a daemon's parts on one disk (data folder, store, objects, engine,
// collecting), asked what clients ask, started again in between. What was acknowledged is noted
// outside of the disk, so that a later look can ask for it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/workers.h"
#include "runtime/engine/engine.h"
#include "runtime/execute/local/collect.h"
#include "runtime/objects/object_store.h"
#include "runtime/store/data_folder.h"
#include "runtime/store/open_store.h"

namespace mlp::faults {

/// The disk as the parts see it: with a fault model under it, or the machine's.
struct Disk {
  std::string folder;  // holds "data" and nothing else
  Files& files;
  std::shared_ptr<rocksdb::FileSystem> store_files;
  /// The engine can only wait for space, or has ended while the store does. Any thread.
  std::function<void()> given_up = {};
};

/// Attempts whose bodies write their outputs at once; an end is what the real collecting makes of
/// them. Folders of attempts outlive the process, as those of a runner do. One thread.
class DiskRunner final : public execute::Executor {
 public:
  DiskRunner(Disk disk, objects::ObjectStore& objects)
      : disk_(std::move(disk)), objects_(objects) {}

  void adopt(std::vector<execute::AttemptStart> live) override;
  void start(execute::AttemptStart attempt) override;
  void kill(model::AttemptId attempt) override;
  void recorded(model::AttemptId attempt) override;

  /// Collects one attempt that is not told yet; false when there is none or the disk was full.
  bool end_one();
  bool is_idle() const { return held_.empty(); }

  execute::ExecutorEvents events;

 private:
  std::string folder_of(model::AttemptId attempt) const;

  Disk disk_;
  objects::ObjectStore& objects_;
  std::map<model::AttemptId, execute::AttemptStart> held_;
  std::set<model::AttemptId> told_;
  std::set<model::AttemptId> killed_;
};

/// One life of a daemon. Errors are those of the start; afterwards what the disk does shows in
/// what is acknowledged, or the process ends.
class Life {
 public:
  static Result<std::unique_ptr<Life>> begin(const Disk& disk);
  ~Life();

  /// The run this client key has; 0 when the submission was not acknowledged.
  std::uint64_t submit(const std::string& pipeline);
  bool cancel(std::uint64_t run);
  bool upload(const std::string& bytes);
  /// Many small objects: write buffers fill, are flushed and compacted.
  bool fill();
  /// Until nothing is left to do.
  void work(bool ends_attempts = true);

  std::shared_ptr<const store::View> view() const { return engine_->view(); }
  const objects::ObjectStore& objects() const { return *objects_; }
  /// The end of a run as text, without what may differ after a fault: attempts, times.
  Result<std::string> describe(std::uint64_t run) const;

 private:
  explicit Life(const Disk& disk) : disk_(disk) {}
  Status open();
  void met_full_disk();

  class DirectWorkers final : public Workers {
   public:
    void post(std::function<void()> work) override { queue.push_back(std::move(work)); }
    bool run_one();
    std::vector<std::function<void()>> queue;
  };

  Disk disk_;
  const std::thread::id engine_thread_ = std::this_thread::get_id();
  std::atomic<bool> is_ending_{false};
  std::atomic<int> waits_{0};  // of the store's own threads
  store::SpaceWatch space_;
  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<store::DataFolder> folder_;
  std::unique_ptr<store::Kv> kv_;
  std::unique_ptr<objects::ObjectStore> objects_;
  std::unique_ptr<DiskRunner> runner_;
  DirectWorkers workers_;
  std::unique_ptr<engine::Engine> engine_;
};

/// What clients were told, a line each, in a file that no fault touches.
class Acknowledged {
 public:
  explicit Acknowledged(std::string path) : path_(std::move(path)) {}
  void add(const std::string& line) const;
  std::vector<std::string> lines() const;

 private:
  std::string path_;
};

/// The whole of it, over two lives; the ends of its runs as text.
Result<std::string> run_workload(const Disk& disk, const Acknowledged& acknowledged);
/// Each acknowledged thing that `life` does not have, in words; empty: nothing is lost.
std::string find_lost(const Life& life, const Acknowledged& acknowledged);

}  // namespace mlp::faults
