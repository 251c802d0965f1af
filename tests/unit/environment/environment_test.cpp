// SPDX-License-Identifier: Apache-2.0
//
// Environments are made once, kept, and made again when damaged; what cannot be made says why.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <thread>

#include "base/text.h"
#include "runtime/environment/environment.h"
#include "tests/support/temp_folder.h"

namespace mlp::environment {
namespace {

plan::Environment venv(const std::string& python = "") {
  plan::Environment environment;
  environment.name = "sklearn";
  environment.kind = plan::EnvironmentKind::kVenv;
  environment.python = python;
  environment.requirements = "requirements.lock";
  return environment;
}

class EnvironmentTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  Environments environments_{real_files(), folder_ / "environments"};
};

TEST_F(EnvironmentTest, TheHostIsAlwaysThere) {
  const auto host = environments_.find({}, {});
  ASSERT_TRUE(host);
  EXPECT_TRUE(host->path_prefix.empty());
}

TEST_F(EnvironmentTest, FingerprintsDifferByLockFileAndKind) {
  plan::Environment other = venv();
  other.requirements_digest = sha256("numpy==2.0.0\n");
  const auto host = fingerprint({});
  const auto first = fingerprint(venv());
  const auto second = fingerprint(other);
  ASSERT_TRUE(host && first && second);
  EXPECT_NE(*host, *first);
  EXPECT_NE(*first, *second);
  EXPECT_EQ(*first, *fingerprint(venv()));
}

TEST_F(EnvironmentTest, AVersionThatIsNotThereIsRefusedWithWhatWasFound) {
  const auto missing = fingerprint(venv("3.99"));
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().message.starts_with(
      "environment `sklearn`: Python 3.99 was not found on this machine; found "))
      << missing.error().message;
}

TEST_F(EnvironmentTest, IsMadeOnceWhenAskedTwiceAndMadeAgainWhenDamaged) {
  const Digest name = sha256("an environment");
  EXPECT_FALSE(environments_.find(venv(), name));
  std::thread twin([&] { EXPECT_TRUE(environments_.prepare(venv(), name, "")); });
  const auto made = environments_.prepare(venv(), name, "");
  twin.join();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->python, folder_ / "environments/" + name.to_hex() + "/bin/python");
  EXPECT_TRUE(environments_.find(venv(), name));
  EXPECT_TRUE(environments_.activities().empty());

  const std::string marker = folder_ / "environments/" + name.to_hex() + "/complete";
  const auto first = real_files().stat(marker);
  EXPECT_TRUE(environments_.prepare(venv(), name, ""));
  EXPECT_EQ(real_files().stat(marker)->mtime_ns, first->mtime_ns) << "it was made again";

  ASSERT_TRUE(real_files().remove(made->python));
  EXPECT_FALSE(environments_.find(venv(), name));
  ASSERT_TRUE(environments_.prepare(venv(), name, ""));
  EXPECT_TRUE(environments_.find(venv(), name));
}

TEST_F(EnvironmentTest, AFolderThatWasChangedIsFoundByTheNextDaemon) {
  const Digest name = sha256("another");
  ASSERT_TRUE(environments_.prepare(venv(), name, ""));
  const std::string made = folder_ / "environments/" + name.to_hex();
  ASSERT_TRUE(real_files().write(made + "/lib/stray.py", "x", 0600));
  Environments next(real_files(), folder_ / "environments");
  EXPECT_FALSE(next.find(venv(), name));
}

TEST_F(EnvironmentTest, APackageThatDoesNotExistFailsWithTheToolsOwnWords) {
  ::setenv("PIP_NO_INDEX", "1", 1);
  const auto failed = environments_.prepare(venv(), sha256("x"), "no-such-package==1.0\n");
  ::unsetenv("PIP_NO_INDEX");
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("installing 1 package failed (exit code 1)"),
            std::string::npos)
      << failed.error().message;
  EXPECT_NE(failed.error().message.find("no-such-package"), std::string::npos);
  EXPECT_FALSE(environments_.find(venv(), sha256("x")));
}

TEST_F(EnvironmentTest, StoppingEndsWhatIsBeingMade) {
  environments_.stop();
  const auto stopped = environments_.prepare(venv(), sha256("y"), "");
  EXPECT_FALSE(stopped);
}

}  // namespace
}  // namespace mlp::environment
