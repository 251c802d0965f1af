// SPDX-License-Identifier: Apache-2.0
//
// What a simulated disk keeps when the power is cut, and what it may forget.
#include <gtest/gtest.h>

#include <set>

#include "tests/sim/disk.h"

namespace mlp::sim {
namespace {

/// What is found at `path` after each of many power cuts; "-": nothing.
std::set<std::string> found_after_cut(const std::string& path,
                                      const std::function<void(Disk&)>& work) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    ManualClock clock;
    Disk disk(clock);
    EXPECT_TRUE(disk.make_folder("/a", 0700));
    EXPECT_TRUE(disk.make_folder("/b", 0700));
    EXPECT_TRUE(disk.write("/a/old", "old", 0600));
    disk.sync_all();
    work(disk);
    SeededRandom chance(seed);
    disk.power_cut(chance);
    const auto bytes = disk.bytes(path);
    found.insert(bytes ? *bytes : "-");
  }
  return found;
}

using Found = std::set<std::string>;

TEST(Disk, what_is_synced_with_its_folder_is_there_for_good) {
  const auto found = found_after_cut("/a/x", [](Disk& disk) {
    EXPECT_TRUE(disk.write("/a/x", "xy", 0600));
    EXPECT_TRUE(disk.sync("/a/x"));
    EXPECT_TRUE(disk.sync("/a"));
  });
  EXPECT_EQ(found, Found{"xy"});
}

TEST(Disk, a_file_that_is_synced_may_lose_its_name) {
  const auto found = found_after_cut("/a/x", [](Disk& disk) {
    EXPECT_TRUE(disk.write("/a/x", "xy", 0600));
    EXPECT_TRUE(disk.sync("/a/x"));
  });
  EXPECT_EQ(found, (Found{"-", "xy"}));
}

TEST(Disk, a_name_that_is_synced_may_lead_to_part_of_the_bytes) {
  const auto found = found_after_cut("/a/x", [](Disk& disk) {
    EXPECT_TRUE(disk.write("/a/x", "xy", 0600));
    EXPECT_TRUE(disk.sync("/a"));
  });
  EXPECT_EQ(found, (Found{"", "x", "xy"}));
}

TEST(Disk, a_rename_is_done_or_not_done) {
  const auto work = [](Disk& disk) { EXPECT_TRUE(disk.rename("/a/old", "/b/new")); };
  EXPECT_EQ(found_after_cut("/a/old", work), (Found{"-", "old"}));
  EXPECT_EQ(found_after_cut("/b/new", work), (Found{"-", "old"}));
}

TEST(Disk, what_was_done_later_may_be_there_without_what_was_done_before) {
  std::set<std::string> found = found_after_cut("/b/second", [](Disk& disk) {
    EXPECT_TRUE(disk.link("/a/old", "/b/first"));
    EXPECT_TRUE(disk.remove("/a/old"));
    EXPECT_TRUE(disk.link("/b/first", "/b/second"));
  });
  EXPECT_EQ(found, (Found{"-", "old"}));
}

TEST(Disk, a_change_that_was_overtaken_does_not_come_back) {
  const auto found = found_after_cut("/a/x", [](Disk& disk) {
    EXPECT_TRUE(disk.write("/a/x", "1", 0600));
    EXPECT_TRUE(disk.remove("/a/x"));
    EXPECT_TRUE(disk.sync("/a"));
  });
  EXPECT_EQ(found, Found{"-"});
}

}  // namespace
}  // namespace mlp::sim
