// SPDX-License-Identifier: Apache-2.0
//
// A store whose files are damaged in each way is refused, and then holds again what can be read of
// it; the damaged one stays as it was.
#include "runtime/store/rescue.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/store/buckets.h"
#include "runtime/store/object_records.h"
#include "runtime/store/rocks_kv.h"
#include "tests/support/temp_folder.h"

namespace mlp::store {
namespace {

constexpr int kRecords = 20'000;
constexpr int kObjects = 5'000;

std::string key_of(int number) {
  return attempt_key(model::AttemptId(static_cast<std::uint64_t>(number)));
}

std::string object_of(int number) {
  return std::string(400, 'x') + std::to_string(number);
}

class Rescue : public ::testing::Test {
 protected:
  Rescue() {
    fill(*open_rocks_kv(store_, small()).value());
    // At an opening the logs become tables: each record stands in one place only.
    EXPECT_TRUE(open_rocks_kv(store_, small()).has_value());
  }

  /// Tables and blob files, too few to be compacted.
  static RocksOptions small() {
    RocksOptions options;
    options.write_buffer_bytes = 1 << 20;
    return options;
  }

  /// As it is when its daemon is killed. A log is begun when one family becomes a table, and the
  /// one before stays as long as another family has no table of what stands there: two at least.
  void begin_again_with_logs() {
    ASSERT_TRUE(remove_tree(files_, store_));
    fill(*open_rocks_kv(store_, small()).value());
  }

  static void fill(Kv& kv) {
    for (int i = 0; i < kRecords; ++i) {
      Batch batch;
      batch.put(Family::kRecords, key_of(i), std::string(60, 'r') + std::to_string(i));
      if (i % (kRecords / kObjects) == 0) {
        const std::string bytes = object_of(i);
        batch.put(Family::kBytes, object_bytes_key(sha256(bytes)), bytes);
      }
      EXPECT_TRUE(kv.write(batch).has_value());
    }
    EXPECT_TRUE(kv.sync().has_value());
  }

  std::vector<std::string> names() { return files_.list(store_).value(); }

  /// Of those there are several of, the one that was begun first.
  std::string oldest(const std::string& ending) {
    std::vector<std::string> found;
    for (const std::string& name : names()) {
      if (name.ends_with(ending)) found.push_back(name);
    }
    EXPECT_GT(found.size(), 1u) << ending;
    return store_ + "/" + *std::min_element(found.begin(), found.end());
  }

  std::string largest(const std::string& ending) {
    std::string found;
    std::uint64_t size = 0;
    for (const std::string& name : names()) {
      const std::uint64_t its = files_.stat(store_ + "/" + name)->size;
      if (name.ends_with(ending) && its > size) {
        found = store_ + "/" + name;
        size = its;
      }
    }
    EXPECT_FALSE(found.empty()) << ending;
    return found;
  }

  void flip(const std::string& path, std::uint64_t at) {
    std::string bytes = files_.read(path, 1 << 28).value();
    bytes[at] ^= 0x10;
    ASSERT_TRUE(files_.write(path, bytes, 0600));
  }

  /// True when it can be opened and read from the first to the last.
  bool is_sound() {
    const auto kv = open_rocks_kv(store_, {});
    if (!kv) return false;
    bool is_whole = true;
    for (const Family family : {Family::kRecords, Family::kBytes}) {
      is_whole &= (*kv)->view()->scan(family, {}, {}, [](auto, auto) { return true; }).has_value();
    }
    return is_whole;
  }

  std::pair<int, int> count() {
    const auto kv = open_rocks_kv(store_, {}).value();
    int records = 0;
    int objects = 0;
    for (int i = 0; i < kRecords; ++i) {
      records += kv->get(Family::kRecords, key_of(i)).value() ? 1 : 0;
      const std::string bytes = object_of(i);
      const auto kept = kv->get(Family::kBytes, object_bytes_key(sha256(bytes))).value();
      objects += kept == bytes ? 1 : 0;
    }
    return {records, objects};
  }

  Rescued rescue() {
    EXPECT_FALSE(is_sound());
    Rescued told;
    const Status rescued =
        rescue_store(files_, store_, temp_ / "kept", [&](const Rescued& all, const View&) {
          told = all;
          return std::string("what is said of it");
        });
    EXPECT_TRUE(rescued.has_value()) << (rescued ? "" : rescued.error().message);
    EXPECT_EQ(files_.read(account_beside(temp_ / "kept"), 100).value(), "what is said of it\n");
    EXPECT_TRUE(is_sound());
    EXPECT_TRUE(files_.stat(temp_ / "kept"));
    EXPECT_FALSE(files_.stat(store_ + "-rescue"));
    EXPECT_FALSE(files_.stat(store_ + "-new"));
    return told;
  }

  void expect_refused(const std::string& reason) {
    const auto refused = open_rocks_kv(store_, {});
    ASSERT_FALSE(refused.has_value()) << reason;
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(refused.error().message.find(reason), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("mlpctl fsck --repair"), std::string::npos);
  }

  Files& files_ = real_files();
  TempFolder temp_;
  std::string store_ = temp_ / "store";
};

TEST_F(Rescue, AFlippedBitOfATableCostsItsBlockAlone) {
  flip(largest(".sst"), 5'000);
  const Rescued rescued = rescue();
  EXPECT_EQ(rescued.gaps, 1u);
  const auto [records, objects] = count();
  EXPECT_GT(records, kRecords - 200);
  EXPECT_LT(records, kRecords);
  EXPECT_EQ(objects, kObjects);
}

TEST_F(Rescue, AFileOfValuesThatIsMissingOrCutShortIsNoticedBeforeAnyOfThemIsRead) {
  const std::string path = largest(".blob");
  const std::string whole = files_.read(path, 1 << 28).value();
  ASSERT_TRUE(files_.write(path, whole.substr(0, whole.size() - 1), 0600));
  expect_refused("is cut short");
  ASSERT_TRUE(files_.remove(path));
  expect_refused("No such file");
  rescue();
  const auto [records, objects] = count();
  EXPECT_EQ(records, kRecords);
  EXPECT_LT(objects, kObjects);
}

// To RocksDB a list without its end is a shorter one: it would delete the tables that stood there.
TEST_F(Rescue, AListOfFilesWithoutItsEndIsNoticedBeforeTheTablesThatStoodThereAreDeleted) {
  const std::string path = largest(".sst");
  for (const std::string& name : names()) {
    if (!name.starts_with("MANIFEST")) continue;
    const std::string whole = files_.read(store_ + "/" + name, 1 << 28).value();
    ASSERT_TRUE(files_.write(store_ + "/" + name, whole.substr(0, whole.size() / 2), 0600));
  }
  expect_refused("its list of files");
  EXPECT_TRUE(files_.stat(path));
  rescue();
  EXPECT_EQ(count(), std::pair(kRecords, kObjects));
}

TEST_F(Rescue, APartOfAWriteThatWasNeverSyncedAtTheEndOfTheListOfFilesIsNoDamage) {
  using namespace std::string_literals;
  // A record of 100 bytes whose end a power cut left as zeros.
  const std::string torn = "sum!\x64\0\1"s + std::string(40, 'x') + std::string(500, '\0');
  for (const std::string& name : names()) {
    if (!name.starts_with("MANIFEST")) continue;
    ASSERT_TRUE(files_.append(store_ + "/" + name, torn));
  }
  EXPECT_TRUE(read_rocks(store_, {}).has_value());  // a check, or a start's first look
  EXPECT_TRUE(is_sound());
  EXPECT_EQ(count(), std::pair(kRecords, kObjects));
}

// The newest commit stands in the other one, so nothing else would tell.
TEST_F(Rescue, AMissingLogThatIsNotTheLastIsNoticed) {
  begin_again_with_logs();
  const std::string log = oldest(".log");
  const std::string whole = files_.read(log, 1 << 28).value();
  ASSERT_TRUE(files_.remove(log));
  expect_refused("Missing WAL");
  ASSERT_TRUE(files_.write(log, whole.substr(0, whole.size() / 2), 0600));
  expect_refused("damaged");
  rescue();
  const auto [records, objects] = count();
  EXPECT_GT(records, kRecords / 5);  // half of the first log: more where a table was written since
  EXPECT_LT(records, kRecords);
}

TEST_F(Rescue, AMissingListOfFilesCostsNothing) {
  ASSERT_TRUE(files_.remove(store_ + "/CURRENT"));
  rescue();
  EXPECT_EQ(count(), std::pair(kRecords, kObjects));
}

TEST_F(Rescue, AStoreWithoutItsListOfFilesIsNotTakenForANewOne) {
  ASSERT_TRUE(files_.remove(store_ + "/CURRENT"));
  expect_refused("CURRENT is missing");
  EXPECT_FALSE(largest(".sst").empty());
}

TEST_F(Rescue, ADamagedListOfFilesCostsNothing) {
  for (const std::string& name : names()) {
    if (name.starts_with("MANIFEST")) flip(store_ + "/" + name, 100);
  }
  rescue();
  EXPECT_EQ(count(), std::pair(kRecords, kObjects));
}

TEST_F(Rescue, AMissingTableCostsWhatStoodInIt) {
  ASSERT_TRUE(files_.remove(largest(".sst")));
  rescue();
  const auto [records, objects] = count();
  EXPECT_GT(records, 0);
  EXPECT_LT(records, kRecords);
  EXPECT_EQ(objects, kObjects);
}

TEST_F(Rescue, AFlippedBitOfABlobCostsThatObjectAlone) {
  flip(largest(".blob"), 300);
  rescue();
  const auto [records, objects] = count();
  EXPECT_EQ(records, kRecords);
  EXPECT_GE(objects, kObjects - 2);
  EXPECT_LT(objects, kObjects);
}

TEST_F(Rescue, IsWhyCommitsAreMissingUntilADaemonGoesOnWithTheNewStore) {
  ASSERT_TRUE(files_.remove(largest(".sst")));
  rescue();
  const std::string account = account_beside(temp_ / "kept");
  EXPECT_NE(why_commits_are_missing(files_, store_).find(account), std::string::npos);
  forget_rescue(files_, store_);
  EXPECT_EQ(why_commits_are_missing(files_, store_).find(account), std::string::npos);
}

TEST_F(Rescue, CutShortBeforeItsLastRenameItIsFinishedByTheNextOne) {
  ASSERT_TRUE(files_.rename(store_, store_ + "-new"));
  ASSERT_TRUE(files_.make_folder(store_, 0700));  // a start makes what is missing
  EXPECT_EQ(where_the_store_is(files_, store_), store_ + "-new");
  ASSERT_TRUE(finish_rescue(files_, store_));
  EXPECT_EQ(count(), std::pair(kRecords, kObjects));
  ASSERT_TRUE(finish_rescue(files_, store_));
  EXPECT_EQ(where_the_store_is(files_, store_), store_);
}

// Too many open files, say: the records behind it are there.
TEST_F(Rescue, WhatTheSystemRefusesIsNoGap) {
  class Refusing final : public View {
   public:
    Result<std::optional<std::string>> get(Family, std::string_view) const override {
      return Error{ErrorCode::kIo, "too many open files"};
    }
    Status scan(Family, std::string_view, std::string_view,
                const std::function<bool(std::string_view, std::string_view)>&,
                bool) const override {
      return Error{ErrorCode::kIo, "too many open files"};
    }
  };
  const auto kv = open_rocks_kv(temp_ / "to", {}).value();
  const auto copied = copy_readable(Refusing(), *kv);
  ASSERT_FALSE(copied.has_value());
  EXPECT_EQ(copied.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace mlp::store
