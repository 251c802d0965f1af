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

/// Files that are there, but cannot be read.
class RefusedReads final : public Files {
 public:
  explicit RefusedReads(Error why) : why_(std::move(why)) {}

  Result<FileInfo> stat(const std::string& path) override { return real_.stat(path); }
  Result<std::string> read(const std::string&, std::uint64_t) override { return why_; }
  Result<std::string> read_range(const std::string&, std::uint64_t, std::uint64_t) override {
    return why_;
  }
  Status write(const std::string&, std::string_view, std::uint32_t) override { return why_; }
  Status append(const std::string&, std::string_view) override { return why_; }
  Status sync(const std::string&) override { return why_; }
  Status rename(const std::string&, const std::string&) override { return why_; }
  Status link(const std::string&, const std::string&) override { return why_; }
  Status remove(const std::string&) override { return why_; }
  Status make_folder(const std::string&, std::uint32_t) override { return why_; }
  Status chmod(const std::string&, std::uint32_t) override { return why_; }
  Status symlink(const std::string&, const std::string&) override { return why_; }
  Result<std::string> read_link(const std::string&) override { return why_; }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return real_.list(path);
  }
  Result<std::uint64_t> free_space(const std::string&) override { return why_; }

 private:
  Error why_;
  Files& real_ = real_files();
};

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

  /// Of a check in which the object's file cannot be read.
  std::pair<Status, fsck::Findings> check_refused(ErrorCode code) {
    RefusedReads refused({code, "it says why"});
    fsck::Check whole(kv_.view(), {refused, objects_, folder_->path(), Instant{1}}, {});
    Result<bool> has_more = true;
    while (has_more && *has_more) has_more = whole.advance();
    return {has_more ? Status() : has_more.error(), whole.findings()};
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

TEST_F(FileCheckTest, one_object_that_the_disk_does_not_give_is_found_and_the_check_goes_on) {
  const auto [done, findings] = check_refused(ErrorCode::kIo);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(findings.total(), 1u) << findings.to_text();
  EXPECT_EQ(findings.all()[0].kind, Kind::kDamagedObject);
  EXPECT_NE(findings.to_text().find("cannot be read (it says why)"), std::string::npos);
}

TEST_F(FileCheckTest, one_object_that_is_moved_away_while_it_is_read_is_found_to_be_gone) {
  const auto [done, findings] = check_refused(ErrorCode::kNotFound);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(findings.total(), 1u) << findings.to_text();
  EXPECT_EQ(findings.all()[0].kind, Kind::kMissingObject);
}

// It says nothing of what is there.
TEST_F(FileCheckTest, too_many_open_files_end_the_check_and_are_no_damage) {
  const auto [done, findings] = check_refused(ErrorCode::kUnavailable);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(findings.to_text(), "");
  fsck::Check whole(kv_.view(), {files_, objects_, folder_->path(), Instant{1}}, {});
  EXPECT_FALSE(whole.look_at_commits({1, "f", 1, 5, 1}, done.error(), ""));
}

TEST_F(FileCheckTest, a_folder_of_objects_that_is_gone_ends_no_check) {
  ASSERT_TRUE(remove_tree(files_, folder_->part("objects")));
  EXPECT_EQ(check().total(), 1u);
}

TEST_F(FileCheckTest, what_was_read_is_not_read_again_by_the_check_after_a_repair) {
  fsck::Contents contents;
  for (const std::uint64_t bytes : {large_.size, std::uint64_t{0}}) {
    fsck::Check whole(kv_.view(), {files_, objects_, folder_->path(), Instant{1}}, {}, &contents);
    Result<bool> has_more = true;
    while (has_more && *has_more) has_more = whole.advance();
    EXPECT_EQ(whole.progress().object_bytes, bytes);
  }
}

TEST_F(FileCheckTest, what_no_finding_can_be_told_of_waits_for_the_next_check) {
  fsck::Unread unread;
  fsck::Findings findings;
  EXPECT_TRUE(unread.is_next("a", findings));
  unread.read("a", findings);
  while (!findings.is_full()) findings.add(Kind::kOrphan, "run 1", "");
  EXPECT_FALSE(unread.is_next("b", findings));
  unread.read("b", findings);
  EXPECT_FALSE(unread.is_next("a", fsck::Findings()));
  EXPECT_TRUE(unread.is_next("b", fsck::Findings()));
}

TEST_F(FileCheckTest, what_is_wrong_with_the_store_is_told_first_however_much_was_found_before) {
  fsck::Findings findings;
  for (std::size_t i = 0; i < 2 * fsck::kMaxFindings; ++i) findings.add(Kind::kOrphan, "run 1", "");
  fsck::tell_damaged_store(findings, {ErrorCode::kCorrupt, "it is damaged"});
  EXPECT_EQ(findings.all().front().message, "it is damaged");
  EXPECT_TRUE(findings.all().front().repair.rescues_store);
  EXPECT_EQ(findings.all().size(), fsck::kMaxFindings + 1);
}

TEST_F(FileCheckTest, strays_are_looked_for_in_slices) {
  for (int i = 1; i <= 1'200; ++i) {
    ASSERT_TRUE(files_.write(folder_->part("logs/" + std::to_string(i)), "", 0600));
  }
  const fsck::FilePlace place{files_, objects_, folder_->path(), Instant{1LL << 60}};
  fsck::Findings findings;
  const auto view = kv_.view();
  fsck::FileCheck check(*view, findings, place);
  std::uint64_t most = 0;
  for (bool has_more = true; has_more;) {
    const std::uint64_t before = findings.total();
    has_more = check.advance().value();
    most = std::max(most, findings.total() - before);
  }
  EXPECT_EQ(findings.total(), 1'200u);
  EXPECT_LE(most, 512u);
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
