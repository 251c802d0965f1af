// SPDX-License-Identifier: Apache-2.0
//
// Where a project begins, what its loader sees, and what a snapshot will hold.
#include "daemon/mlpctl/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/mlpctl/compile_project.h"

namespace mlp::mlpctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProjectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/mlpctl_project_XXXXXX";
    char resolved[4096];
    folder_ = realpath(mkdtemp(name), resolved);
  }
  void TearDown() override { (void)remove_tree(real_files(), folder_); }
  void write(const std::string& path, const std::string& text) {
    auto whole = join_path(folder_, path);
    ASSERT_TRUE(make_folders(real_files(), parent_path(whole), 0755));
    ASSERT_TRUE(real_files().write(whole, text, 0644));
  }
  std::vector<std::string> touched(const DiskLoader& loader) {
    std::vector<std::string> paths;
    for (const auto& file : loader.touched()) paths.push_back(file.path);
    return paths;
  }
  std::string folder_;
  SystemClock clock_;
  StatCache cache_{real_files(), clock_, ""};
};

TEST_F(ProjectTest, The_root_is_the_nearest_folder_with_mlp_toml) {
  write("mlp.toml", "");
  write("inner/mlp.toml", "");
  write("inner/pipes/a.mlp", "");
  auto place = find_project(folder_ + "/inner/pipes/a.mlp");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->root, folder_ + "/inner");
  EXPECT_EQ(place->path, "pipes/a.mlp");
}

TEST_F(ProjectTest, Without_mlp_toml_the_root_is_the_repository_else_the_own_folder) {
  write("repo/.git/HEAD", "");
  write("repo/sub/a.mlp", "");
  write("alone/a.mlp", "");
  EXPECT_EQ(find_project(folder_ + "/repo/sub/a.mlp")->root, folder_ + "/repo");
  EXPECT_EQ(find_project(folder_ + "/alone/a.mlp")->root, folder_ + "/alone");
}

TEST_F(ProjectTest, A_missing_file_is_not_found) {
  auto place = find_project(folder_ + "/none.mlp");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(place.error().message, HasSubstr("none.mlp"));
}

TEST_F(ProjectTest, What_was_read_or_found_is_what_the_snapshot_declares) {
  write("a.mlp", "text");
  write("src/fit.py", "print(1)");
  write("src/other.py", "");
  write("odd name\n'\"\xc3\xa4.csv", "x");
  DiskLoader loader(folder_, cache_);
  EXPECT_EQ(*loader.read("a.mlp"), "text");
  EXPECT_TRUE(loader.find("src/fit.py"));
  EXPECT_FALSE(loader.find("src/none.py"));
  EXPECT_TRUE(loader.find("odd name\n'\"\xc3\xa4.csv"));
  EXPECT_THAT(touched(loader), ElementsAre("a.mlp", "odd name\n'\"\xc3\xa4.csv", "src/fit.py"));
}

TEST_F(ProjectTest, A_pattern_matches_files_but_nothing_tools_keep_for_themselves) {
  write("src/a.py", "");
  write("src/deep/b.py", "");
  write("src/__pycache__/a.py", "");
  write(".git/c.py", "");
  write(".mlp/d.py", "");
  DiskLoader loader(folder_, cache_);
  EXPECT_THAT(*loader.glob("**/*.py"), ElementsAre("src/a.py", "src/deep/b.py"));
}

TEST_F(ProjectTest, A_link_out_of_the_project_is_refused) {
  write("secret.txt", "s");
  write("project/a.mlp", "");
  ASSERT_TRUE(real_files().symlink("../secret.txt", folder_ + "/project/link.txt"));
  DiskLoader loader(folder_ + "/project", cache_);
  auto text = loader.read("link.txt");
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("leads out of the project"));
  EXPECT_FALSE(loader.read("../secret.txt"));
}

TEST_F(ProjectTest, A_file_that_changes_between_two_looks_is_one_file_to_a_compilation) {
  write("a.mlp", "one");
  DiskLoader loader(folder_, cache_);
  EXPECT_EQ(*loader.read("a.mlp"), "one");
  write("a.mlp", "two");
  EXPECT_EQ(*loader.read("a.mlp"), "one");
  EXPECT_EQ(loader.find("a.mlp")->digest, sha256("one"));
  EXPECT_EQ(*loader.content("a.mlp"), "one");
}

TEST_F(ProjectTest, An_argument_from_outside_the_project_is_taken_into_the_snapshot) {
  write("outside/data.csv", "1,2");
  write("project/a.mlp", "");
  DiskLoader loader(folder_ + "/project", cache_);
  auto access = make_file_access(loader);
  auto value = access.file(folder_ + "/outside/data.csv");
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->as_artifact().name, "data.csv");
  EXPECT_THAT(touched(loader), ElementsAre(".arguments/1/data.csv"));
  EXPECT_EQ(*loader.content(".arguments/1/data.csv"), "1,2");
}

TEST_F(ProjectTest, A_folder_as_an_argument_declares_all_its_files) {
  write("project/data/a", "1");
  write("project/data/b/c", "2");
  DiskLoader loader(folder_ + "/project", cache_);
  auto value = make_file_access(loader).folder("data");
  ASSERT_TRUE(value);
  EXPECT_TRUE(value->as_artifact().is_folder);
  EXPECT_EQ(value->as_artifact().size, 2u);
  EXPECT_THAT(touched(loader), ElementsAre("data/a", "data/b/c"));
}

TEST(Arguments, Words_of_set_are_names_and_values) {
  auto given = parse_arguments({"a=1", "b=x=y", "c="});
  ASSERT_TRUE(given);
  EXPECT_EQ(given->at("a"), Json("1"));
  EXPECT_EQ(given->at("b"), Json("x=y"));
  EXPECT_EQ(given->at("c"), Json(""));
}

TEST(Arguments, A_word_without_equals_or_a_name_twice_is_a_mistake) {
  EXPECT_THAT(parse_arguments({"a"}).error().message, HasSubstr("--set a"));
  EXPECT_THAT(parse_arguments({"a=1", "a=2"}).error().message, HasSubstr("`a` is set twice"));
}

}  // namespace
}  // namespace mlp::mlpctl
