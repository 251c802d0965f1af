// SPDX-License-Identifier: Apache-2.0
//
// A damaged object is found before it is used, moved away, told, and made anew under its name.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <tuple>

#include "runtime/objects/object_store.h"
#include "runtime/objects/outputs.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/object_records.h"
#include "tests/support/temp_folder.h"

namespace mlp::objects {
namespace {

constexpr std::size_t kWays = 3;  // to ask for an object: check, open, read

class DamageTest : public ::testing::Test {
 protected:
  DamageTest() {
    for (const char* part : {"objects", "uploads", "trash"}) {
      EXPECT_TRUE(files_.make_folder(temp_ / part, 0700).has_value());
    }
    for (ObjectStore* store : {&believing_, &hashing_}) {
      store->on_lost([this](const Digest& digest) { lost_.insert(digest); });
    }
  }

  NewObject put(const std::string& bytes, bool is_manifest = false) {
    const NewObject object = hashing_.put(bytes, is_manifest).value();
    store::Batch batch;
    store::put_object(batch, object, {}, Instant{1});
    EXPECT_TRUE(kv_.write(batch).has_value());
    return object;
  }
  void overwrite(const Digest& digest, const std::string& bytes) {
    const std::string path = hashing_.path_of(digest);
    EXPECT_TRUE(remove_tree(files_, path).has_value());
    EXPECT_TRUE(files_.write(path, bytes, 0444).has_value());
  }
  using Damage = std::function<void(const std::string& path)>;

  /// Damages an object and expects `store` to find it when it is asked in this way.
  void expect_found(const ObjectStore& store, std::size_t way, const std::string& what,
                    const Damage& damage) {
    const Digest digest = put(bytes_).digest;
    const auto can_be_used = [&] {
      if (way == 0) return store.check(view_, digest).has_value();
      if (way == 1) return store.open(view_, digest).has_value();
      return store.read(view_, digest, 1 << 20).has_value();
    };
    ASSERT_TRUE(can_be_used()) << what;
    lost_.clear();
    damage(store.path_of(digest));
    EXPECT_FALSE(can_be_used()) << what << ", way " << way;
    EXPECT_EQ(lost_, std::set<Digest>{digest}) << what << ", way " << way;
    EXPECT_FALSE(files_.stat(store.path_of(digest)).has_value()) << what;
    EXPECT_FALSE(store.is_present(view_, digest)) << what;
  }
  void expect_found(const ObjectStore& store, const std::string& what, const Damage& damage) {
    for (std::size_t way = 0; way < kWays; ++way) expect_found(store, way, what, damage);
  }
  std::string flipped(std::size_t bit) const {
    std::string bytes = bytes_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    return bytes;
  }

  Files& files_ = real_files();
  TempFolder temp_;
  store::MemoryKv kv_;
  store::LatestView view_{kv_};
  ObjectStore believing_{files_, temp_.path(), Verify::kPresence};
  ObjectStore hashing_{files_, temp_.path(), Verify::kContent};
  const std::string bytes_ = std::string(model::kSmallObject, 'x') + "the end";
  std::set<Digest> lost_;
};

TEST_F(DamageTest, AFlippedBitIsFoundWhereverItIs) {
  const std::size_t bits = bytes_.size() * 8;
  constexpr std::size_t kEdge = 64;      // every bit of the first and last 8 bytes
  constexpr std::size_t kStride = 1009;  // a prime: every bit of a byte in turn
  for (std::size_t bit = 0; bit < bits;) {
    expect_found(hashing_, bit % kWays, "bit " + std::to_string(bit),
                 [&](const std::string&) { overwrite(sha256(bytes_), flipped(bit)); });
    const bool is_edge = bit < kEdge || bit >= bits - kEdge;
    bit = is_edge ? bit + 1 : std::min(bit + kStride, bits - kEdge);
  }
}

TEST_F(DamageTest, WhatIsNoFileOfTheRightSizeIsFoundWithoutHashing) {
  const Digest digest = sha256(bytes_);
  const std::string aside = temp_ / "aside";
  ASSERT_TRUE(files_.write(aside, bytes_, 0444).has_value());
  for (ObjectStore* store : {&believing_, &hashing_}) {
    expect_found(*store, "cut by a byte",
                 [&](const auto&) { overwrite(digest, bytes_.substr(1)); });
    expect_found(*store, "empty", [&](const auto&) { overwrite(digest, ""); });
    expect_found(*store, "a byte longer", [&](const auto&) { overwrite(digest, bytes_ + "!"); });
    expect_found(*store, "a folder", [&](const std::string& path) {
      ASSERT_TRUE(files_.remove(path).has_value());
      ASSERT_TRUE(make_folders(files_, path + "/inside", 0700).has_value());
    });
    expect_found(*store, "a link to the same bytes", [&](const std::string& path) {
      ASSERT_TRUE(files_.remove(path).has_value());
      ASSERT_TRUE(files_.symlink(aside, path).has_value());
    });
    expect_found(*store, "gone",
                 [&](const std::string& path) { ASSERT_TRUE(files_.remove(path).has_value()); });
  }
}

TEST_F(DamageTest, AnotherFileOfTheSameSizeIsFoundByHashing) {
  expect_found(hashing_, "another file",
               [&](const auto&) { overwrite(sha256(bytes_), std::string(bytes_.size(), 'y')); });
}

TEST_F(DamageTest, PresenceBelievesTheBytesUntilTheyAreRead) {
  const Digest digest = put(bytes_).digest;
  overwrite(digest, flipped(77));
  EXPECT_TRUE(believing_.check(view_, digest).has_value());
  EXPECT_TRUE(lost_.empty());
  EXPECT_EQ(believing_.read(view_, digest, 1 << 20).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(lost_, std::set<Digest>{digest});
}

TEST_F(DamageTest, TheSameBytesMadeAnewReplaceDamagedOnes) {
  const Digest digest = put(bytes_).digest;
  overwrite(digest, flipped(3));
  put(bytes_);
  EXPECT_EQ(hashing_.verify(view_, digest).value(), Condition::kWhole);
}

TEST_F(DamageTest, AStoreThatNobodyWatchesMovesNothing) {
  const ObjectStore looking(files_, temp_.path(), Verify::kContent);
  const Digest digest = put(bytes_).digest;
  overwrite(digest, flipped(3));
  EXPECT_EQ(looking.check(view_, digest).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(looking.verify(view_, digest).value(), Condition::kDamaged);
  EXPECT_TRUE(files_.stat(looking.path_of(digest)).has_value());
}

TEST_F(DamageTest, ALookAtAllBytesTellsMissingFromDamagedAndBothFromADiskThatFails) {
  const Digest digest = put(bytes_).digest;
  EXPECT_EQ(hashing_.verify(view_, digest).value(), Condition::kWhole);
  overwrite(digest, bytes_.substr(1));
  EXPECT_EQ(hashing_.verify(view_, digest).value(), Condition::kDamaged);
  ASSERT_TRUE(files_.remove(hashing_.path_of(digest)).has_value());
  EXPECT_EQ(hashing_.verify(view_, digest).value(), Condition::kMissing);
  ASSERT_TRUE(remove_tree(files_, temp_ / "objects").has_value());
  ASSERT_TRUE(files_.symlink("objects", temp_ / "objects").has_value());  // a loop
  EXPECT_FALSE(hashing_.verify(view_, digest).has_value());
  EXPECT_TRUE(lost_.empty());
}

TEST_F(DamageTest, WhatCannotBeMovedAwayIsNotTakenForMissing) {
  const Digest digest = put(bytes_).digest;
  ASSERT_TRUE(remove_tree(files_, temp_ / "trash").has_value());
  EXPECT_FALSE(hashing_.quarantine(digest).has_value());
  EXPECT_TRUE(lost_.empty());
}

model::Output folder_output(const Digest& manifest) {
  plan::Artifact folder;
  folder.digest = manifest;
  folder.is_folder = true;
  plan::List items;
  items.push_back(plan::Value::of_artifact(folder));
  model::Output output;
  output.name = "parts";
  output.value = plan::Value::of_list(std::move(items));
  return output;
}

TEST_F(DamageTest, AFolderInAListIsLookedAtFileByFileAndAllThatIsLostIsTold) {
  const Digest first = put(bytes_).digest;
  const Digest second = put(bytes_ + "2").digest;
  Manifest manifest;
  for (const auto& [name, digest, size] : {std::tuple{"a", first, bytes_.size()},
                                           std::tuple{"b", second, bytes_.size() + 1}}) {
    ManifestEntry entry;
    entry.path = name;
    entry.digest = digest;
    entry.size = size;
    manifest.entries.push_back(entry);
  }
  const std::vector<model::Output> outputs = {folder_output(put(encode(manifest), true).digest)};
  EXPECT_TRUE(are_whole(hashing_, view_, outputs));
  overwrite(first, flipped(0));
  overwrite(second, bytes_);
  EXPECT_FALSE(are_whole(hashing_, view_, outputs));
  EXPECT_EQ(lost_, (std::set<Digest>{first, second}));
}

TEST_F(DamageTest, TheDocumentOfAValueIsLookedAtToo) {
  model::Output output;
  output.name = "table";
  output.value = plan::Value::of_int(1);
  output.digest = sha256("1");
  EXPECT_FALSE(are_whole(believing_, view_, {output}));
  put("1");
  EXPECT_TRUE(are_whole(believing_, view_, {output}));
}

}  // namespace
}  // namespace mlp::objects
