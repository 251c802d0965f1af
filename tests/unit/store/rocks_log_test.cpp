// SPDX-License-Identifier: Apache-2.0
//
// A real log, damaged: told by the place and by what follows it.
#include "runtime/store/rocks_log.h"

#include <gtest/gtest.h>

#include "runtime/store/rocks_kv.h"
#include "tests/support/temp_folder.h"

namespace mlp::store {
namespace {

constexpr int kBatches = 400;  // several blocks

class RocksLog : public ::testing::Test {
 protected:
  RocksLog() {
    const auto kv = open_rocks_kv(temp_.path(), {}).value();
    for (int i = 0; i < kBatches; ++i) {
      Batch batch;
      batch.put(Family::kRecords, "key" + std::to_string(i), std::string(300, 'v'));
      EXPECT_TRUE(kv->write(batch).has_value());
    }
    EXPECT_TRUE(kv->sync().has_value());
    const std::vector<std::string> names = real_files().list(temp_.path()).value();
    for (const std::string& name : names) {
      if (name.ends_with(".log")) path_ = temp_ / name;
    }
    log_ = real_files().read(path_, 1 << 24).value();
  }

  std::string why(const std::string& log) {
    EXPECT_TRUE(real_files().write(path_, log, 0600).has_value());
    return why_it_ends_early(real_files(), temp_.path());
  }

  TempFolder temp_;
  std::string path_;
  std::string log_;
};

TEST_F(RocksLog, AWholeOneIsOfAnEarlierTime) {
  EXPECT_GT(log_.size(), 100'000u);
  EXPECT_FALSE(find_log_damage(log_).has_value());
  EXPECT_NE(why(log_).find("an older copy of the store was put back"), std::string::npos);
}

TEST_F(RocksLog, AFlippedBitInTheMiddleIsToldWithItsPlace) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{5}, log_.size() / 2, log_.size() - 500}) {
    std::string damaged = log_;
    damaged[at] ^= 0x20;
    const auto found = find_log_damage(damaged);
    ASSERT_TRUE(found.has_value()) << at;
    EXPECT_LE(found->at, at);
    EXPECT_GT(found->at + 400, at);
    EXPECT_FALSE(found->is_at_end) << at;
  }
  log_[log_.size() / 2] ^= 0x20;
  EXPECT_NE(why(log_).find("is damaged in the middle, at byte"), std::string::npos);
}

TEST_F(RocksLog, ALostEndIsToldWhetherItIsCutOffOrZeros) {
  const std::string page(4096, '\0');
  for (const std::string& damaged : {log_.substr(0, log_.size() - 100), log_.substr(0, 33'000),
                                     log_.substr(0, log_.size() - page.size()) + page}) {
    const auto found = find_log_damage(damaged);
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(found->is_at_end);
    EXPECT_NE(why(damaged).find("The end of its log"), std::string::npos);
  }
}

TEST_F(RocksLog, OneThatIsGoneIsTold) {
  ASSERT_TRUE(real_files().remove(path_).has_value());
  EXPECT_NE(why_it_ends_early(real_files(), temp_.path()).find("log is gone"), std::string::npos);
}

}  // namespace
}  // namespace mlp::store
