// SPDX-License-Identifier: Apache-2.0
//
// Files of a data folder are damaged, removed and forgotten one by one: each is found, and mended.
#include "runtime/fsck/check.h"

#include <gtest/gtest.h>

#include "runtime/fsck/repair.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/task_run_records.h"
#include "tests/support/temp_folder.h"

namespace mlp::test {
namespace {

using fsck::Kind;

class FileCheckTest : public ::testing::Test {
 protected:
  FileCheckTest() : folder_(store::DataFolder::open(temp_ / "data", {0, 0}).value()) {
    large_ = objects_.put(std::string(5 << 20, 'x')).value();
    store::Batch batch;
    store::put_object(batch, large_, {}, Instant{1});
    EXPECT_TRUE(kv_.write(batch).has_value());
  }

  fsck::Findings check(Duration later = Duration(0)) {
    SystemClock clock;
    fsck::Check whole(kv_.view(), {files_, objects_, folder_->path(), clock.now() + later}, {});
    Result<bool> has_more = true;
    while (has_more && *has_more) has_more = whole.advance();
    EXPECT_TRUE(has_more) << has_more.error().message;
    bytes_ = whole.progress().object_bytes;
    return whole.findings();
  }

  void expect_mended(Kind kind, Duration later = Duration(0)) {
    fsck::Findings findings = check(later);
    ASSERT_EQ(findings.total(), 1u) << findings.to_text();
    EXPECT_EQ(findings.all()[0].kind, kind) << findings.to_text();
    for (int twice = 0; twice < 2; ++twice) {
      ASSERT_TRUE(fsck::mend({kv_, files_, objects_, *folder_}, findings));
    }
    EXPECT_EQ(check(later).to_text(), "");
  }

  std::string path() { return objects_.path_of(large_.digest); }

  Files& files_ = real_files();
  TempFolder temp_;
  store::MemoryKv kv_;
  std::unique_ptr<store::DataFolder> folder_;
  objects::ObjectStore objects_{files_, temp_ / "data"};
  objects::NewObject large_;
  std::uint64_t bytes_ = 0;
};

TEST_F(FileCheckTest, a_sound_file_is_read_whole) {
  EXPECT_EQ(check().to_text(), "");
  EXPECT_EQ(bytes_, large_.size);
}

TEST_F(FileCheckTest, a_flipped_bit_is_found_and_the_file_kept_in_the_trash) {
  std::string bytes = files_.read(path(), 6 << 20).value();
  bytes[4 << 20] ^= 1;
  ASSERT_TRUE(files_.chmod(path(), 0600));
  ASSERT_TRUE(files_.write(path(), bytes, 0600));
  expect_mended(Kind::kDamagedObject);
  EXPECT_FALSE(files_.stat(path()));
  EXPECT_EQ(files_.list(folder_->part("trash"))->size(), 1u);
  EXPECT_EQ((*store::find_object(*kv_.view(), large_.digest))->places, 0);
}

TEST_F(FileCheckTest, a_file_that_was_cut_short_is_found_without_reading_it) {
  ASSERT_TRUE(files_.chmod(path(), 0600));
  ASSERT_TRUE(files_.write(path(), "x", 0600));
  expect_mended(Kind::kDamagedObject);
  EXPECT_EQ(bytes_, 0u);
}

TEST_F(FileCheckTest, a_missing_file_is_recorded_as_lost) {
  ASSERT_TRUE(files_.remove(path()));
  expect_mended(Kind::kMissingObject);
}

TEST_F(FileCheckTest, a_file_no_record_names_is_a_stray_after_a_day) {
  ASSERT_TRUE(objects_.put(std::string(1 << 20, 'y')));
  ASSERT_TRUE(files_.write(folder_->part("logs/77"), "forgotten", 0600));
  EXPECT_EQ(check().to_text(), "") << "what names them may be on its way";
  fsck::Findings findings = check(std::chrono::hours(25));
  EXPECT_EQ(findings.total(), 2u) << findings.to_text();
  ASSERT_TRUE(fsck::mend({kv_, files_, objects_, *folder_}, findings));
  EXPECT_EQ(check(std::chrono::hours(25)).to_text(), "");
  EXPECT_FALSE(files_.stat(folder_->part("logs/77")));
  EXPECT_TRUE(files_.stat(path()));
}

}  // namespace
}  // namespace mlp::test
