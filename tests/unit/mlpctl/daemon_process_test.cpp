// SPDX-License-Identifier: Apache-2.0
//
// A daemon has stopped when neither it nor its runner holds the data folder.
#include "daemon/mlpctl/daemon_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/temp_folder.h"

namespace mlp::mlpctl {
namespace {

constexpr Duration kShort = std::chrono::milliseconds(20);

/// Holds a lock file of the folder, as mlpd and mlp-runner do.
class Holder {
 public:
  Holder(const std::string& path, const std::string& text) {
    EXPECT_TRUE(real_files().write(path, text, 0600));
    file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(::flock(file_, LOCK_EX), 0);
  }
  ~Holder() { ::close(file_); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

 private:
  int file_ = -1;
};

TEST(WaitUntilStopped, EndsAtOnceWhereNobodyHoldsTheFolder) {
  const TempFolder folder;
  EXPECT_TRUE(wait_until_stopped(folder.path(), kShort));
  { const Holder before(folder / "lock", "1"), runner(folder / "runner.lock", "{}"); }
  EXPECT_TRUE(wait_until_stopped(folder.path(), kShort));
}

TEST(WaitUntilStopped, TellsOfADaemonThatDoesNotEnd) {
  const TempFolder folder;
  const Holder daemon(folder / "lock", "1");
  const Status stopped = wait_until_stopped(folder.path(), kShort);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kTimeout);
}

TEST(WaitUntilStopped, TellsOfARunnerThatIsLeft) {
  const TempFolder folder;
  const Holder runner(folder / "runner.lock", "{\"pid\": 1234}\n");
  const Status stopped = wait_until_stopped(folder.path(), kShort);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kTimeout);
  EXPECT_NE(stopped.error().message.find("mlp-runner (process 1234)"), std::string::npos);
}

}  // namespace
}  // namespace mlp::mlpctl
