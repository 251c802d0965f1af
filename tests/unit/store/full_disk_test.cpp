// SPDX-License-Identifier: Apache-2.0
//
// A full disk under the store: the writer stands still, readers go on, nothing is lost. Needs the
// right to mount a small file system; skipped elsewhere.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <thread>

#include "runtime/store/rocks_kv.h"
#include "tests/support/temp_folder.h"

namespace mlp::store {
namespace {

constexpr int kWrites = 5000;  // of 2 KB: more than the small disk holds

/// A file system in memory with a limit.
class SmallDisk {
 public:
  SmallDisk() { is_mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=6m") == 0; }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  const std::string& path() const { return folder_.path(); }
  bool grow() const {
    return ::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0;
  }

 private:
  TempFolder folder_;
  bool is_mounted_ = false;
};

void write_all(Kv& kv) {
  for (int i = 0; i < kWrites; ++i) {
    Batch batch;
    batch.put(Family::kRecords, "k" + std::to_string(i), std::string(1000, 'r'));
    batch.put(Family::kBytes, "k" + std::to_string(i), std::string(1000, 'b'));
    ASSERT_TRUE(kv.write(batch).has_value());
  }
  ASSERT_TRUE(kv.sync().has_value());
}

int count_missing(Kv& kv) {
  int missing = 0;
  for (int i = 0; i < kWrites; ++i) {
    const auto record = kv.get(Family::kRecords, "k" + std::to_string(i)).value();
    const auto bytes = kv.get(Family::kBytes, "k" + std::to_string(i)).value();
    if (!record || record->size() != 1000 || !bytes || bytes->size() != 1000) ++missing;
  }
  return missing;
}

TEST(FullDisk, IsWaitedForAndNothingIsLost) {
  const SmallDisk disk;
  if (!disk.is_mounted()) GTEST_SKIP() << "may not mount a file system here";
  SpaceWatch watch;
  RocksOptions options;
  options.write_buffer_bytes = 1 << 20;
  options.space = &watch;
  auto kv = open_rocks_kv(disk.path() + "/store", options).value();
  std::thread writer([&] { write_all(*kv); });
  watch.is_waiting.wait(false);
  EXPECT_TRUE(kv->get(Family::kRecords, "k0").value().has_value());
  EXPECT_TRUE(disk.grow());
  writer.join();
  EXPECT_EQ(count_missing(*kv), 0);
  kv.reset();
  kv = open_rocks_kv(disk.path() + "/store", options).value();
  EXPECT_EQ(count_missing(*kv), 0);
}

}  // namespace
}  // namespace mlp::store
