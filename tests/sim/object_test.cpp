// SPDX-License-Identifier: Apache-2.0
//
// What of objects outlives the machine, on the simulated disk.
#include <gtest/gtest.h>

#include "runtime/objects/object_store.h"
#include "tests/sim/simulated_files.h"

namespace mlp::sim {
namespace {

TEST(ObjectOnDisk, stays_though_the_process_that_made_its_folder_died_before_the_sync) {
  const std::string bytes(20'000, 'x');
  const Digest digest = sha256(bytes);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Scenario scenario;
    ManualClock clock;
    Effects effects;
    Trouble trouble(scenario, clock, effects);
    Disk disk(clock);
    SimulatedFiles files(disk, trouble, effects);
    for (const char* folder : {"/data", "/data/objects", "/data/uploads"}) {
      ASSERT_TRUE(disk.make_folder(folder, 0700));
    }
    disk.sync_all();
    objects::ObjectStore store(files, "/data");
    ASSERT_TRUE(disk.make_folder(parent_path(store.path_of(digest)), 0700));
    ASSERT_TRUE(disk.write("/data/made", bytes, 0600));
    ASSERT_TRUE(store.import_file("/data/made"));
    SeededRandom chance(seed);
    disk.power_cut(chance);
    const auto kept = disk.bytes(store.path_of(digest));
    ASSERT_TRUE(kept) << "seed " << seed;
    EXPECT_EQ(*kept, bytes);
  }
}

}  // namespace
}  // namespace mlp::sim
