// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace mlp {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/mlp-file-test-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { EXPECT_TRUE(remove_tree(files_, folder_)); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  Files& files_ = real_files();
  std::string folder_;
};

TEST_F(FileTest, AnAtomicWriteLeavesTheWholeContentAndNoTemporaryFile) {
  ASSERT_TRUE(write_atomic(files_, path("a"), "one", 0600));
  ASSERT_TRUE(write_atomic(files_, path("a"), "two", 0600));
  EXPECT_EQ(*files_.read(path("a"), 100), "two");
  EXPECT_EQ(*files_.list(folder_), std::vector<std::string>{"a"});
  EXPECT_EQ(files_.stat(path("a"))->mode, 0600u);
}

TEST_F(FileTest, ReadingStopsAtTheLimit) {
  ASSERT_TRUE(files_.write(path("a"), std::string(1000, 'x'), 0600));
  EXPECT_EQ(files_.read(path("a"), 999).error().code, ErrorCode::kLimit);
  EXPECT_EQ(files_.read(path("a"), 1000)->size(), 1000u);
  EXPECT_EQ(*files_.read_range(path("a"), 998, 50), "xx");
}

TEST_F(FileTest, AMissingFileIsNotFoundAndNamed) {
  const auto missing = files_.read(path("nothing here"), 10);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("nothing here"), std::string::npos);
}

TEST_F(FileTest, ATreeIsRemovedWithoutFollowingLinks) {
  ASSERT_TRUE(make_folders(files_, path("t/a/b"), 0700));
  ASSERT_TRUE(files_.write(path("outside"), "kept", 0600));
  ASSERT_TRUE(files_.symlink(path("outside"), path("t/a/link")));
  ASSERT_TRUE(files_.chmod(path("t/a"), 0500));
  ASSERT_TRUE(remove_tree(files_, path("t")));
  EXPECT_FALSE(files_.stat(path("t")));
  EXPECT_TRUE(files_.stat(path("outside")));
}

TEST_F(FileTest, ALinkToAnExistingNameIsAConflict) {
  ASSERT_TRUE(files_.write(path("a"), "1", 0600));
  ASSERT_TRUE(files_.link(path("a"), path("b")));
  EXPECT_EQ(files_.link(path("a"), path("b")).error().code, ErrorCode::kConflict);
}

TEST(SafeRelPath, EscapesAreRefusedAndOddNamesAreFine) {
  for (const char* bad : {"", "/etc", "../x", "a/../b", "a//b", "./a", "a/.", "a/"}) {
    EXPECT_FALSE(SafeRelPath::from(bad)) << bad;
  }
  EXPECT_FALSE(SafeRelPath::from(std::string_view("a\0b", 3)));
  for (const char* good : {"a", "a b/c'd", "a\nb", "é/中.txt", "..a", "-rf"}) {
    EXPECT_TRUE(SafeRelPath::from(good)) << good;
  }
}

TEST(Paths, AreJoinedAndMadeAbsolute) {
  EXPECT_EQ(join_path("/a", "b"), "/a/b");
  EXPECT_EQ(join_path("/a/", "b"), "/a/b");
  EXPECT_EQ(join_path("/a", "/b"), "/b");
  EXPECT_EQ(absolute_path("/a/./b/../c"), "/a/c");
  EXPECT_EQ(parent_path("/a"), "/");
  EXPECT_EQ(base_name("/a/b.txt"), "b.txt");
}

}  // namespace
}  // namespace mlp
