// SPDX-License-Identifier: Apache-2.0
//
// The client's memory of digests is believed only when the file's times say so.
#include "daemon/mlpctl/stat_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace mlp::mlpctl {
namespace {

class StatCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/mlpctl_stat_XXXXXX";
    folder_ = mkdtemp(name);
    file_ = folder_ + "/file";
    write("one");
    clock_.jump(SystemClock().now() - clock_.now());
  }
  void TearDown() override { (void)remove_tree(real_files(), folder_); }
  void write(const std::string& text) { ASSERT_TRUE(real_files().write(file_, text, 0644)); }
  FileInfo info() { return *real_files().stat(file_); }
  StatCache cache() { return StatCache(real_files(), clock_, folder_ + "/cache/stats"); }

  std::string folder_;
  std::string file_;
  ManualClock clock_;
};

TEST_F(StatCacheTest, A_file_at_rest_is_remembered_over_processes) {
  clock_.jump(std::chrono::seconds(10));
  auto known = info();
  auto first = cache();
  EXPECT_EQ(*first.digest(file_, known), sha256("one"));
  ASSERT_TRUE(first.save());
  // Other content under the same times shows that it was not read again.
  write("two");
  EXPECT_EQ(*cache().digest(file_, known), sha256("one"));
}

TEST_F(StatCacheTest, A_file_that_changed_just_now_is_read_again) {
  auto known = info();
  auto first = cache();
  EXPECT_EQ(*first.digest(file_, known), sha256("one"));
  write("two");
  EXPECT_EQ(*first.digest(file_, known), sha256("two"));
}

TEST_F(StatCacheTest, Other_times_mean_another_file) {
  clock_.jump(std::chrono::seconds(10));
  auto first = cache();
  EXPECT_EQ(*first.digest(file_, info()), sha256("one"));
  write("three");
  EXPECT_EQ(*first.digest(file_, info()), sha256("three"));
}

TEST_F(StatCacheTest, A_damaged_cache_is_as_good_as_none) {
  ASSERT_TRUE(real_files().make_folder(folder_ + "/cache", 0755));
  ASSERT_TRUE(real_files().write(folder_ + "/cache/stats", "junk that is no cache", 0600));
  auto damaged = cache();
  EXPECT_EQ(*damaged.digest(file_, info()), sha256("one"));
}

}  // namespace
}  // namespace mlp::mlpctl
