// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/object_store.h"

#include <gtest/gtest.h>

#include "compiler/plan/plan_json.h"
#include "runtime/objects/plan_cache.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/object_records.h"
#include "tests/support/temp_folder.h"

namespace mlp::objects {
namespace {

class ObjectStoreTest : public ::testing::Test {
 protected:
  ObjectStoreTest() {
    for (const char* part : {"objects", "uploads", "trash", "slot"}) {
      EXPECT_TRUE(files_.make_folder(temp_ / part, 0700).has_value());
    }
  }
  void record(const NewObject& object) {
    store::Batch batch;
    store::put_object(batch, object, {}, Instant{1});
    ASSERT_TRUE(kv_.write(batch).has_value());
  }
  void slot_file(const std::string& name, const std::string& bytes, std::uint32_t mode = 0644) {
    ASSERT_TRUE(make_folders(files_, parent_path(temp_ / "slot/" + name), 0700).has_value());
    ASSERT_TRUE(files_.write(temp_ / "slot/" + name, bytes, mode).has_value());
    ASSERT_TRUE(files_.chmod(temp_ / "slot/" + name, mode).has_value());
  }

  Files& files_ = real_files();
  TempFolder temp_;
  store::MemoryKv kv_;
  store::LatestView view_{kv_};
  ObjectStore objects_{files_, temp_.path()};
  const std::string large_ = std::string(model::kSmallObject + 1, 'x');
};

TEST_F(ObjectStoreTest, SmallBytesTravelInsideTheObject) {
  const NewObject object = objects_.put("abc").value();
  EXPECT_FALSE(object.is_file);
  EXPECT_EQ(object.bytes, "abc");
  EXPECT_FALSE(objects_.is_present(view_, object.digest));
  record(object);
  EXPECT_TRUE(objects_.is_present(view_, object.digest));
  EXPECT_EQ(objects_.read(view_, object.digest, 10).value(), "abc");
  EXPECT_FALSE(objects_.path_if_file(object.digest).has_value());
}

TEST_F(ObjectStoreTest, LargeBytesAreAReadOnlyFileOfTheirDigest) {
  const NewObject object = objects_.put(large_).value();
  EXPECT_TRUE(object.is_file);
  EXPECT_TRUE(object.bytes.empty());
  const std::string path = objects_.path_if_file(object.digest).value();
  EXPECT_EQ(files_.stat(path)->mode & 0777, 0444u);
  EXPECT_EQ(path, temp_ / "objects/" + object.digest.to_hex().substr(0, 2) + "/" +
                      object.digest.to_hex().substr(2));
  record(object);
  EXPECT_EQ(objects_.read(view_, object.digest, 1 << 20).value(), large_);
  EXPECT_TRUE(files_.list(temp_ / "uploads")->empty());
}

TEST_F(ObjectStoreTest, ReadKeepsToItsLimit) {
  const NewObject object = objects_.put(large_).value();
  record(object);
  EXPECT_EQ(objects_.read(view_, object.digest, 100).error().code, ErrorCode::kLimit);
  EXPECT_EQ(objects_.read(view_, sha256("nobody"), 100).error().code, ErrorCode::kNotFound);
}

TEST_F(ObjectStoreTest, CollectingAFileTwiceIsFine) {
  slot_file("out", large_);
  const NewObject first = objects_.collect_file(temp_ / "slot/out").value();
  const NewObject second = objects_.collect_file(temp_ / "slot/out").value();
  EXPECT_EQ(first.digest, second.digest);
  EXPECT_EQ(files_.stat(temp_ / "slot/out")->inode,
            files_.stat(objects_.path_of(first.digest))->inode);
}

TEST_F(ObjectStoreTest, CollectingAFolderTwiceGivesTheSameManifest) {
  slot_file("out/big", large_, 0755);
  slot_file("out/small", "s");
  const CollectedFolder first = objects_.collect_folder(temp_ / "slot/out").value();
  const CollectedFolder second = objects_.collect_folder(temp_ / "slot/out").value();
  EXPECT_EQ(first.digest, second.digest);
  EXPECT_EQ(first.size, large_.size() + 1);
  ASSERT_EQ(first.objects.size(), 3u);
  EXPECT_TRUE(first.objects.back().is_manifest);
  for (const NewObject& object : first.objects) record(object);
  EXPECT_TRUE(objects_.read_manifest(view_, first.digest)->find("big")->is_executable);
  EXPECT_TRUE(objects_.is_present_whole(view_, first.digest, true));
  ASSERT_TRUE(objects_.quarantine(first.objects[0].digest).has_value());
  EXPECT_FALSE(objects_.is_present_whole(view_, first.digest, true));
}

TEST_F(ObjectStoreTest, AnUploadIsCheckedByItsDigestAndLeavesNothingWhenItIsWrong) {
  Upload upload = objects_.begin_upload();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(upload.append(std::string(1 << 20, 'u')).has_value());
  const auto wrong = upload.finish(sha256("other"));
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalid);
  {
    Upload dropped = objects_.begin_upload();
    ASSERT_TRUE(dropped.append(std::string(2 << 20, 'd')).has_value());
  }
  EXPECT_LE(files_.list(temp_ / "uploads")->size(), 1u);
}

TEST_F(ObjectStoreTest, AnUploadInPiecesIsOneObject) {
  Upload upload = objects_.begin_upload();
  const std::string piece(700'000, 'p');
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(upload.append(piece).has_value());
  const Digest expected = sha256(piece + piece + piece + piece);
  const NewObject object = upload.finish(expected).value();
  EXPECT_EQ(object.size, 2'800'000u);
  record(object);
  EXPECT_EQ(objects_.verify(view_, object.digest).value(), Condition::kWhole);
}

TEST_F(ObjectStoreTest, ADamagedFileIsToldAndCountsAsMissingOnceQuarantined) {
  const NewObject object = objects_.put(large_).value();
  record(object);
  const std::string path = objects_.path_of(object.digest);
  ASSERT_TRUE(files_.chmod(path, 0600).has_value());
  std::string changed = large_;
  changed[5] = '!';
  ASSERT_TRUE(files_.write(path, changed, 0600).has_value());
  EXPECT_EQ(objects_.verify(view_, object.digest).value(), Condition::kDamaged);
  EXPECT_EQ(objects_.read(view_, object.digest, 1 << 20).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(objects_.quarantine(object.digest).has_value());
  EXPECT_FALSE(objects_.is_present(view_, object.digest));
  EXPECT_TRUE(objects_.quarantine(object.digest).has_value());
}

TEST_F(ObjectStoreTest, AFileCutShortIsNotPresentAndIsReplacedByTheNextOne) {
  const NewObject object = objects_.put(large_).value();
  record(object);
  const std::string path = objects_.path_of(object.digest);
  ASSERT_TRUE(files_.chmod(path, 0600).has_value());
  ASSERT_TRUE(files_.write(path, "short", 0600).has_value());
  EXPECT_FALSE(objects_.is_present(view_, object.digest));
  ASSERT_TRUE(objects_.put(large_).has_value());
  EXPECT_EQ(objects_.verify(view_, object.digest).value(), Condition::kWhole);
}

TEST_F(ObjectStoreTest, ImportCopiesAndLeavesTheFileAlone) {
  slot_file("mine", large_, 0644);
  const NewObject object = objects_.import_file(temp_ / "slot/mine").value();
  EXPECT_EQ(object.digest, sha256(large_));
  EXPECT_EQ(files_.stat(temp_ / "slot/mine")->mode & 0777, 0644u);
}

TEST_F(ObjectStoreTest, APlanIsDecodedOnce) {
  plan::Plan plan;
  plan.pipeline = "iris";
  plan.blocks.emplace_back().id = plan::BlockId(1);
  const NewObject object = objects_.put(plan::encode(plan)).value();
  record(object);
  PlanCache plans(objects_);
  const auto first = plans.get(view_, object.digest);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ((*first)->pipeline, "iris");
  EXPECT_EQ(plans.get(view_, object.digest)->get(), first->get());
  EXPECT_FALSE(plans.get(view_, sha256("other")).has_value());
}

}  // namespace
}  // namespace mlp::objects
