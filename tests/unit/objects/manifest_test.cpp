// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/manifest.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace mlp::objects {
namespace {

class ManifestTest : public ::testing::Test {
 protected:
  void file(const std::string& path, const std::string& text, std::uint32_t mode = 0644) {
    ASSERT_TRUE(make_folders(files_, parent_path(temp_ / path), 0755).has_value());
    ASSERT_TRUE(files_.write(temp_ / path, text, mode).has_value());
    ASSERT_TRUE(files_.chmod(temp_ / path, mode).has_value());
  }
  Result<Manifest> read() { return make_manifest(files_, temp_.path(), nullptr); }
  Digest digest() { return sha256(encode(read().value())); }

  Files& files_ = real_files();
  TempFolder temp_;
};

TEST_F(ManifestTest, TellsFilesLinksAndEmptyFoldersSortedByBytes) {
  file("b/two.txt", "22");
  file("a", "1", 0755);
  file("b-side", "");
  ASSERT_TRUE(files_.make_folder(temp_ / "empty", 0755).has_value());
  ASSERT_TRUE(files_.symlink("../a", temp_ / "b/link").has_value());
  const Manifest manifest = read().value();
  ASSERT_EQ(manifest.entries.size(), 5u);
  EXPECT_EQ(manifest.entries[0].path, "a");
  EXPECT_TRUE(manifest.entries[0].is_executable);
  EXPECT_EQ(manifest.entries[0].digest, sha256("1"));
  EXPECT_EQ(manifest.entries[1].path, "b-side");
  EXPECT_EQ(manifest.entries[2].path, "b/link");
  EXPECT_EQ(manifest.entries[2].target, "../a");
  EXPECT_EQ(manifest.entries[3].path, "b/two.txt");
  EXPECT_EQ(manifest.entries[4].kind, EntryKind::kFolder);
  EXPECT_EQ(manifest.total_size(), 3u);
  EXPECT_EQ(decode_manifest(encode(manifest)).value(), manifest);
  EXPECT_EQ(manifest.find("b/two.txt")->size, 2u);
  EXPECT_EQ(manifest.find("b"), nullptr);
}

TEST_F(ManifestTest, NamesWithAnythingInThemAreKept) {
  for (const char* name : {"a b", "quo\"te", "new\nline", "ünïcødé", "$(x)", "-rf"}) file(name, "x");
  EXPECT_EQ(decode_manifest(encode(read().value())).value().entries.size(), 6u);
}

TEST_F(ManifestTest, ContentPathAndExecutableBitCountTimesDoNot) {
  file("a", "1");
  const Digest first = digest();
  file("a", "1");
  EXPECT_EQ(digest(), first);
  file("a", "1", 0600);
  EXPECT_EQ(digest(), first);
  file("a", "1", 0755);
  EXPECT_NE(digest(), first);
  file("a", "2", 0644);
  EXPECT_NE(digest(), first);
  file("a", "1", 0644);
  ASSERT_TRUE(files_.make_folder(temp_ / "empty", 0755).has_value());
  EXPECT_NE(digest(), first);
}

TEST_F(ManifestTest, ALinkThatLeavesTheFolderIsAnError) {
  for (const char* target : {"/etc/passwd", "..", "../x", "a/../../x"}) {
    ASSERT_TRUE(files_.symlink(target, temp_ / "link").has_value());
    const auto manifest = read();
    ASSERT_FALSE(manifest.has_value()) << target;
    EXPECT_EQ(manifest.error().code, ErrorCode::kInvalid);
    EXPECT_NE(manifest.error().message.find("link"), std::string::npos);
    ASSERT_TRUE(files_.remove(temp_ / "link").has_value());
  }
}

TEST(Manifest, ItsEncodingNeverChanges) {
  Manifest manifest;
  manifest.entries = {{"src/fit.py", EntryKind::kFile, true, 3, sha256("abc"), ""},
                      {"src", EntryKind::kFolder, false, 0, {}, ""},
                      {"data", EntryKind::kFolder, false, 0, {}, ""},
                      {"latest", EntryKind::kLink, false, 0, {}, "src/fit.py"}};
  EXPECT_EQ(sha256(encode(manifest)).to_hex(),
            "2a86cf18dbc19481061355a28e573473c9cf374002fba53d725b2bd87aaf5ff3");
  EXPECT_EQ(sha256(encode(Manifest())).to_hex(),
            "957b88b12730e646e0f33d3618b77dfa579e8231e3c59c7104be7165611c8027");
}

TEST(Manifest, BytesCutShortOrChangedAreAnErrorNotACrash) {
  Manifest manifest;
  manifest.entries = {{"a", EntryKind::kFile, false, 3, sha256("abc"), ""},
                      {"b", EntryKind::kLink, false, 0, {}, "a"}};
  const std::string good = encode(manifest);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_manifest(good.substr(0, size)).has_value());
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x81);
    static_cast<void>(decode_manifest(bad).has_value());
  }
  EXPECT_FALSE(decode_manifest(good + "x").has_value());
}

TEST(Manifest, PathsThatLeaveTheFolderAreRefused) {
  for (const char* path : {"../a", "/a", "a/../../b", "", "a//b", "."}) {
    Manifest manifest;
    manifest.entries = {{path, EntryKind::kFile, false, 3, sha256("abc"), ""}};
    EXPECT_FALSE(decode_manifest(encode(manifest)).has_value()) << path;
  }
  Manifest through;
  through.entries = {{"a", EntryKind::kLink, false, 0, {}, "b"},
                     {"a/x", EntryKind::kFile, false, 3, sha256("abc"), ""}};
  EXPECT_FALSE(decode_manifest(encode(through)).has_value());
}

TEST(StatIndex, BelievesOnlyFilesThatHadSettledWhenTheyWereHashed) {
  ManualClock clock(Instant{1'700'000'000'000'000});
  StatIndex index(real_files(), clock);
  FileInfo info;
  info.inode = 7;
  info.size = 3;
  info.mtime_ns = info.ctime_ns = (clock.now().us - 1'000'000) * 1000;
  index.remember("a", info, sha256("abc"));
  EXPECT_FALSE(index.find("a", info).has_value());
  clock.advance(std::chrono::seconds(2));
  index.remember("a", info, sha256("abc"));
  EXPECT_EQ(index.find("a", info), sha256("abc"));
}

TEST(StatIndex, AnyOtherStatIsAMiss) {
  ManualClock clock;
  StatIndex index(real_files(), clock);
  const FileInfo info{FileKind::kFile, 3, 7, 100, 200, 0644};
  index.remember("a", info, sha256("abc"));
  ASSERT_TRUE(index.find("a", info).has_value());
  EXPECT_FALSE(index.find("b", info).has_value());
  for (int part = 0; part < 4; ++part) {
    FileInfo other = info;
    if (part == 0) ++other.size;
    if (part == 1) ++other.inode;
    if (part == 2) ++other.mtime_ns;
    if (part == 3) ++other.ctime_ns;
    EXPECT_FALSE(index.find("a", other).has_value()) << part;
  }
}

TEST(StatIndex, IsKeptInAFileThatMayBeDamaged) {
  const TempFolder temp;
  ManualClock clock;
  const FileInfo info{FileKind::kFile, 3, 7, 100, 200, 0644};
  StatIndex index(real_files(), clock);
  index.remember("a", info, sha256("abc"));
  ASSERT_TRUE(index.save(temp / "stat-index").has_value());
  StatIndex again(real_files(), clock);
  again.load(temp / "stat-index");
  EXPECT_EQ(again.find("a", info), sha256("abc"));
  std::string bytes = real_files().read(temp / "stat-index", 1 << 20).value();
  bytes[bytes.size() - 1] ^= 1;
  ASSERT_TRUE(real_files().write(temp / "stat-index", bytes, 0600).has_value());
  again.load(temp / "stat-index");
  EXPECT_FALSE(again.find("a", info).has_value());
  again.load(temp / "missing");
  EXPECT_FALSE(again.find("a", info).has_value());
}

}  // namespace
}  // namespace mlp::objects
