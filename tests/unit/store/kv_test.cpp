// SPDX-License-Identifier: Apache-2.0
//
// The seam as both stores keep it: RocksDB and the one in memory.
#include "runtime/store/kv.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/rocks_kv.h"
#include "tests/support/temp_folder.h"

namespace mlp::store {
namespace {

std::vector<std::string> keys_of(const View& view, std::string_view prefix, std::string_view from,
                                 bool is_reverse) {
  std::vector<std::string> keys;
  const Status status = view.scan(
      Family::kRecords, prefix, from,
      [&](std::string_view key, std::string_view) {
        keys.emplace_back(key);
        return true;
      },
      is_reverse);
  EXPECT_TRUE(status.has_value());
  return keys;
}

class KvTest : public ::testing::TestWithParam<bool> {
 protected:
  KvTest() {
    if (GetParam()) {
      Result<std::unique_ptr<Kv>> opened = open_rocks_kv(folder_.path(), {});
      kv_ = std::move(opened).value();
    } else {
      kv_ = std::make_unique<MemoryKv>();
    }
  }
  void put(const std::string& key, const std::string& value) {
    Batch batch;
    batch.put(Family::kRecords, key, value);
    ASSERT_TRUE(kv_->write(batch).has_value());
  }
  TempFolder folder_;
  std::unique_ptr<Kv> kv_;
};

TEST_P(KvTest, AViewShowsTheStoreAsItWasWhenItWasTaken) {
  put("a", "1");
  const auto before = kv_->view();
  put("a", "2");
  EXPECT_EQ(*before->get(Family::kRecords, "a").value(), "1");
  EXPECT_EQ(*kv_->view()->get(Family::kRecords, "a").value(), "2");
  EXPECT_EQ(*kv_->get(Family::kRecords, "a").value(), "2");
}

TEST_P(KvTest, AnAbsentKeyIsNothing) {
  EXPECT_FALSE(kv_->view()->get(Family::kRecords, "nobody").value().has_value());
}

TEST_P(KvTest, FamiliesAreApart) {
  Batch batch;
  batch.put(Family::kBytes, "a", std::string(5000, 'x'));
  ASSERT_TRUE(kv_->write(batch).has_value());
  EXPECT_FALSE(kv_->get(Family::kRecords, "a").value().has_value());
  EXPECT_EQ(kv_->get(Family::kBytes, "a").value()->size(), 5000u);
}

TEST_P(KvTest, LaterChangesOfABatchWin) {
  Batch batch;
  batch.put(Family::kRecords, "a", "1");
  batch.remove(Family::kRecords, "a");
  batch.put(Family::kRecords, "b", "1");
  batch.put(Family::kRecords, "b", "2");
  ASSERT_TRUE(kv_->write(batch).has_value());
  EXPECT_FALSE(kv_->get(Family::kRecords, "a").value().has_value());
  EXPECT_EQ(*kv_->get(Family::kRecords, "b").value(), "2");
}

TEST_P(KvTest, AScanKeepsToItsPrefixInBothDirections) {
  for (const char* key : {"a9", "b1", "b3", "b5", "c1"}) put(key, "");
  using Keys = std::vector<std::string>;
  const auto view = kv_->view();
  EXPECT_EQ(keys_of(*view, "b", "", false), (Keys{"b1", "b3", "b5"}));
  EXPECT_EQ(keys_of(*view, "b", "b2", false), (Keys{"b3", "b5"}));
  EXPECT_EQ(keys_of(*view, "b", "", true), (Keys{"b5", "b3", "b1"}));
  EXPECT_EQ(keys_of(*view, "b", "b4", true), (Keys{"b3", "b1"}));
  EXPECT_EQ(keys_of(*view, "b", "b3", true), (Keys{"b3", "b1"}));
  EXPECT_EQ(keys_of(*view, "z", "", true), Keys{});
}

TEST_P(KvTest, AScanStopsWhereItIsTold) {
  for (const char* key : {"b1", "b3", "b5"}) put(key, "");
  int visits = 0;
  ASSERT_TRUE(kv_->view()
                  ->scan(Family::kRecords, "b", "",
                         [&](std::string_view, std::string_view) { return ++visits < 2; })
                  .has_value());
  EXPECT_EQ(visits, 2);
}

TEST_P(KvTest, PrefixesOfTheHighestByteEndToo) {
  put(std::string("\xff\xff", 2), "x");
  EXPECT_EQ(keys_of(*kv_->view(), "\xff", "", true).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Both, KvTest, ::testing::Bool(), [](const auto& each) {
  return each.param ? std::string("rocks") : std::string("memory");
});

TEST(MemoryKv, APowerCutForgetsWhatWasNotSynced) {
  MemoryKv kv;
  Batch first;
  first.put(Family::kRecords, "a", "1");
  ASSERT_TRUE(kv.write(first).has_value());
  ASSERT_TRUE(kv.sync().has_value());
  Batch second;
  second.put(Family::kRecords, "b", "1");
  ASSERT_TRUE(kv.write(second).has_value());
  kv.power_cut();
  EXPECT_TRUE(kv.get(Family::kRecords, "a").value().has_value());
  EXPECT_FALSE(kv.get(Family::kRecords, "b").value().has_value());
}

TEST(RocksKv, WhatWasWrittenIsThereWhenTheStoreIsOpenedAgain) {
  const TempFolder folder;
  {
    const auto kv = open_rocks_kv(folder.path(), {}).value();
    Batch batch;
    batch.put(Family::kRecords, "a", "1");
    batch.put(Family::kBytes, "b", std::string(1000, 'x'));
    ASSERT_TRUE(kv->write(batch).has_value());
  }
  const auto kv = open_rocks_kv(folder.path(), {}).value();
  EXPECT_EQ(*kv->get(Family::kRecords, "a").value(), "1");
  EXPECT_EQ(kv->get(Family::kBytes, "b").value()->size(), 1000u);
}

TEST(RocksKv, AViewMayOutliveOtherViewsAndManyTablesAreReadBack) {
  const TempFolder folder;
  RocksOptions small;
  small.write_buffer_bytes = 1 << 16;  // many tables, flushes and compactions
  const auto kv = open_rocks_kv(folder.path(), small).value();
  for (int i = 0; i < 5000; ++i) {
    Batch batch;
    batch.put(Family::kRecords, "k" + std::to_string(i), std::string(100, 'r'));
    batch.put(Family::kBytes, "k" + std::to_string(i), std::string(400, 'b'));
    ASSERT_TRUE(kv->write(batch).has_value());
  }
  ASSERT_TRUE(kv->sync().has_value());
  EXPECT_EQ(keys_of(*kv->view(), "k", "", false).size(), 5000u);
  EXPECT_EQ(kv->get(Family::kBytes, "k4321").value()->size(), 400u);
}

TEST(MemoryKv, APowerCutLeavesABeginOfWhatWasNotSynced) {
  for (std::size_t kept = 0; kept <= 3; ++kept) {
    MemoryKv kv;
    Batch batch;
    batch.put(Family::kRecords, "n", "synced");
    ASSERT_TRUE(kv.write(batch));
    ASSERT_TRUE(kv.sync());
    for (const char* value : {"1", "2", "3"}) {
      Batch more;
      more.put(Family::kRecords, "n", value);
      ASSERT_TRUE(kv.write(more));
    }
    EXPECT_EQ(kv.unsynced(), 3u);
    kv.power_cut(kept);
    EXPECT_EQ(**kv.get(Family::kRecords, "n"), kept == 0 ? "synced" : std::to_string(kept));
  }
}

TEST(MemoryKv, ABatchThatIsTornIsDroppedAsAWhole) {
  for (std::uint64_t torn = 0; torn < 200; ++torn) {
    MemoryKv kv;
    for (const char* value : {"1", "2"}) {
      Batch batch;
      batch.put(Family::kRecords, "first", value);
      batch.put(Family::kBytes, "last", value);
      ASSERT_TRUE(kv.write(batch));
    }
    kv.power_cut(1, torn);
    EXPECT_EQ(**kv.get(Family::kRecords, "first"), "1") << torn << " bytes of the second";
    EXPECT_EQ(**kv.get(Family::kBytes, "last"), "1");
  }
}

TEST(MemoryTable, HoldsWhatAMapHoldsAndCopiesStayAsTheyWere) {
  SeededRandom random(1);
  MemoryTable table;
  MemoryTable copy;
  std::map<std::string, std::string> expected;
  std::map<std::string, std::string> copied;
  for (int round = 0; round < 20'000; ++round) {
    const std::string key = std::to_string(random.below(1'000));
    if (random.below(3) == 0) {
      table.erase(key);
      expected.erase(key);
    } else {
      table.put(key, std::to_string(round));
      expected[key] = std::to_string(round);
    }
    if (round != 10'000) continue;
    copy = table;
    copied = expected;
  }
  const auto content = [](const MemoryTable& of) {
    std::map<std::string, std::string> all;
    MemoryTable::Cursor cursor = of.seek("");
    while (const MemoryTable::Entry* entry = cursor.next()) all[entry->key] = entry->value;
    return all;
  };
  EXPECT_EQ(content(table), expected);
  EXPECT_EQ(content(copy), copied);
}

}  // namespace
}  // namespace mlp::store
