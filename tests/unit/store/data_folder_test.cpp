// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/data_folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/crash_point.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/open_store.h"
#include "tests/support/temp_folder.h"

namespace mlp::store {
namespace {

DataFolderOptions small() { return {1 << 16, 1}; }

TEST(DataFolder, IsMadeWithAllItsPartsForItsOwnerOnly) {
  const TempFolder temp;
  const auto folder = DataFolder::open(temp / "new/data", small()).value();
  EXPECT_EQ(folder->path(), temp / "new/data");
  for (const char* part : {"store", "objects", "logs", "work", "trash", "uploads"}) {
    EXPECT_TRUE(real_files().stat(folder->part(part)).has_value()) << part;
  }
  EXPECT_EQ(real_files().stat(folder->path())->mode & 0777, 0700u);
}

TEST(DataFolder, ASecondDaemonIsToldThePidOfTheFirst) {
  const TempFolder temp;
  auto first = DataFolder::open(temp.path(), small()).value();
  const auto second = DataFolder::open(temp.path(), small());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find("pid " + std::to_string(::getpid())), std::string::npos);
  first.reset();
  EXPECT_TRUE(DataFolder::open(temp.path(), small()).has_value());
}

TEST(DataFolder, EachStartCountsTheEpochUpAndKeepsTheFolderId) {
  const TempFolder temp;
  MemoryKv kv;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  const Meta first = folder->begin_epoch(kv).value();
  kv.power_cut();
  const Meta second = folder->begin_epoch(kv).value();
  EXPECT_EQ(first.daemon_epoch, 1u);
  EXPECT_EQ(second.daemon_epoch, 2u);
  EXPECT_EQ(first.folder_id.size(), 32u);
  EXPECT_EQ(first.folder_id, second.folder_id);
  EXPECT_EQ(folder->synced().value(), second.commit);
}

TEST(DataFolder, AnOlderStoreThatIsPutBackNeverGetsAnEpochAgain) {
  const TempFolder temp;
  for (std::uint64_t epoch = 1; epoch < 4; ++epoch) {
    MemoryKv older;
    const auto folder = DataFolder::open(temp.path(), small()).value();
    const auto meta = folder->begin_epoch(older);
    ASSERT_TRUE(meta.has_value()) << meta.error().message;
    EXPECT_EQ(meta->daemon_epoch, epoch);
    ASSERT_TRUE(real_files().remove(folder->part("synced")));
  }
}

TEST(DataFolder, AStoreThatLostAcknowledgedCommitsIsRefusedWithInstructions) {
  const TempFolder temp;
  MemoryKv kv;
  {
    const auto folder = DataFolder::open(temp.path(), small()).value();
    ASSERT_TRUE(folder->begin_epoch(kv).has_value());
    folder->synced().store(100);
  }
  const auto folder = DataFolder::open(temp.path(), small()).value();
  const auto meta = folder->begin_epoch(kv);
  ASSERT_FALSE(meta.has_value());
  EXPECT_EQ(meta.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(meta.error().message.find("commit 100"), std::string::npos);
  EXPECT_NE(meta.error().message.find("backup"), std::string::npos);
}

/// The newest write-ahead log of the store in `folder`.
std::string log_file(const std::string& folder) {
  std::string newest;
  const std::vector<std::string> names = real_files().list(folder).value();
  for (const std::string& name : names) {
    if (name.ends_with(".log")) newest = join_path(folder, name);
  }
  return newest;
}

TEST(DataFolder, AStoreWhoseLogIsDamagedInTheMiddleIsRefused) {
  const TempFolder temp;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  {
    const auto kv = open_rocks_kv(folder->part("store"), {}).value();
    std::uint64_t commit = folder->begin_epoch(*kv)->commit;
    for (int i = 0; i < 200; ++i) {
      Batch batch;
      batch.put(Family::kRecords, "k" + std::to_string(i), std::string(100, 'x'));
      put_commit(batch, ++commit);
      ASSERT_TRUE(kv->write(batch).has_value());
    }
    ASSERT_TRUE(kv->sync().has_value());
    folder->synced().store(commit);
  }
  const std::string log = log_file(folder->part("store"));
  std::string bytes = real_files().read(log, 1 << 20).value();
  bytes[bytes.size() / 2] ^= 0x55;
  ASSERT_TRUE(real_files().write(log, bytes, 0600).has_value());
  const auto kv = open_rocks_kv(folder->part("store"), {});
  const auto meta = kv ? folder->begin_epoch(**kv) : Result<Meta>(kv.error());
  ASSERT_FALSE(meta.has_value());
  EXPECT_EQ(meta.error().code, ErrorCode::kCorrupt);
}

TEST(DataFolder, AnotherSchemaIsRefused) {
  const TempFolder temp;
  MemoryKv kv;
  Batch batch;
  put_schema(batch, kSchemaVersion + 1);
  ASSERT_TRUE(kv.write(batch).has_value());
  const auto folder = DataFolder::open(temp.path(), small()).value();
  const auto meta = folder->begin_epoch(kv);
  ASSERT_FALSE(meta.has_value());
  EXPECT_EQ(meta.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(meta.error().message.find("newer mlpd"), std::string::npos);
}

TEST(DataFolder, ADamagedMarkIsRefused) {
  const TempFolder temp;
  MemoryKv kv;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  for (const std::string& damaged : {std::string("something else!!"), std::string(16, '\0'),
                                     std::string("mlpsync2"), std::string()}) {
    ASSERT_TRUE(real_files().write(temp / "synced", damaged, 0600).has_value());
    const auto meta = folder->begin_epoch(kv);
    ASSERT_FALSE(meta.has_value()) << damaged.size();
    EXPECT_EQ(meta.error().code, ErrorCode::kCorrupt);
  }
}

// Told as what it is, and not as a store that has lost data or as one that has not.
TEST(DataFolder, AFlippedBitOfTheMarkIsADamagedMark) {
  const TempFolder temp;
  MemoryKv kv;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  ASSERT_TRUE(folder->begin_epoch(kv).has_value());
  folder->synced().store(123'456);
  const std::string whole = real_files().read(temp / "synced", 100).value();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    ASSERT_TRUE(real_files().write(temp / "synced", damaged, 0600).has_value());
    const auto told = folder->acknowledged();
    ASSERT_FALSE(told.has_value()) << bit;
    EXPECT_NE(told.error().message.find("synced is damaged"), std::string::npos);
  }
  ASSERT_TRUE(real_files().write(temp / "synced", whole, 0600).has_value());
  EXPECT_EQ(folder->acknowledged().value(), 123'456u);
}

TEST(DataFolder, AStoreWithoutItsMarkIsRefusedAgainAndAgain) {
  const TempFolder temp;
  MemoryKv kv;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  ASSERT_TRUE(folder->begin_epoch(kv).has_value());
  ASSERT_TRUE(real_files().remove(temp / "synced").has_value());
  for (int i = 0; i < 2; ++i) {
    const auto meta = folder->begin_epoch(kv);
    ASSERT_FALSE(meta.has_value());
    EXPECT_EQ(meta.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(meta.error().message.find("synced is missing"), std::string::npos);
  }
}

TEST(DataFolder, BallastIsGivenUpPieceByPieceAndMadeAgain) {
  const TempFolder temp;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  ASSERT_TRUE(folder->restore_ballast().has_value());
  const auto pieces = [&] { return real_files().list(folder->part("ballast"))->size(); };
  EXPECT_EQ(pieces(), kBallastPieces);
  while (folder->give_up_ballast(1 << 15)) {
  }
  EXPECT_EQ(pieces(), kBallastPieces / 2);
  while (folder->give_up_ballast(0)) {
  }
  EXPECT_EQ(pieces(), 0u);
  ASSERT_TRUE(folder->restore_ballast().has_value());
  EXPECT_EQ(pieces(), kBallastPieces);
}

TEST(DataFolder, ARescueThatWasCutShortIsFinishedBeforeAnyStoreIsMade) {
  const TempFolder temp;
  {
    const auto folder = DataFolder::open(temp.path(), small()).value();
    ASSERT_TRUE(folder->begin_epoch(*open_store(*folder, {}).value()).has_value());
  }
  ASSERT_TRUE(real_files().rename(temp / "store", temp / "store-new").has_value());
  const auto folder = DataFolder::open(temp.path(), small()).value();
  const auto kv = open_store(*folder, {});
  ASSERT_TRUE(kv.has_value()) << kv.error().message;
  EXPECT_EQ(folder->begin_epoch(**kv)->daemon_epoch, 2u);
}

TEST(DataFolder, WhereAStoreWasNoOtherIsMade) {
  const TempFolder temp;
  {
    const auto folder = DataFolder::open(temp.path(), small()).value();
    ASSERT_TRUE(folder->begin_epoch(*open_store(*folder, {}).value()).has_value());
  }
  ASSERT_TRUE(remove_tree(real_files(), temp / "store").has_value());
  const auto folder = DataFolder::open(temp.path(), small()).value();
  const auto kv = open_store(*folder, {});
  ASSERT_FALSE(kv.has_value());
  EXPECT_EQ(kv.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(kv.error().message.find("mlpctl fsck --repair"), std::string::npos);
  EXPECT_FALSE(real_files().stat(temp / "store").has_value());
}

/// As an end of the process leaves it when RocksDB has only just made its first files.
void make_half_a_store(const std::string& store) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto end = [](const char*, void* path) {
      const std::string current = *static_cast<const std::string*>(path) + "/CURRENT";
      if (real_files().stat(current)) ::_exit(0);
    };
    set_crash_handler(end, const_cast<std::string*>(&store));
    static_cast<void>(open_rocks_kv(store, {}));
    ::_exit(1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

TEST(DataFolder, AStoreThatWasNeverMadeWholeIsMade) {
  const TempFolder temp;
  const auto folder = DataFolder::open(temp.path(), small()).value();
  make_half_a_store(folder->part("store"));
  RocksOptions options;
  EXPECT_EQ(read_rocks(folder->part("store"), options).error().code, ErrorCode::kNotFound);
  options.may_be_new = false;
  EXPECT_FALSE(read_rocks(folder->part("store"), options).has_value());
  const auto kv = open_store(*folder, {});
  ASSERT_TRUE(kv.has_value()) << kv.error().message;
  EXPECT_TRUE(folder->begin_epoch(**kv).has_value());
}

TEST(DataFolder, WhoOnlyLooksChangesNothingAndIsKeptOut) {
  const TempFolder temp;
  EXPECT_EQ(DataFolder::look(temp / "none").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(real_files().stat(temp / "none").has_value());
  auto folder = DataFolder::open(temp.path(), small()).value();
  EXPECT_EQ(DataFolder::look(temp.path()).error().code, ErrorCode::kConflict);
  folder.reset();
  EXPECT_TRUE(DataFolder::look(temp.path()).has_value());
}

TEST(DataFolder, HasSpaceWhileMoreThanTheMinimumIsFree) {
  const TempFolder temp;
  EXPECT_TRUE(DataFolder::open(temp / "a", {0, 1}).value()->has_space());
  EXPECT_FALSE(DataFolder::open(temp / "b", {0, 1ull << 62}).value()->has_space());
}

}  // namespace
}  // namespace mlp::store
