// SPDX-License-Identifier: Apache-2.0
//
// Settings from their four places, and what is said when one is wrong.
#include "daemon/mlpd/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

namespace mlp::mlpd {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    char pattern[] = "/tmp/mlpd_config_XXXXXX";
    folder_ = ::mkdtemp(pattern);
  }
  ~ConfigTest() override { EXPECT_TRUE(remove_tree(real_files(), folder_)); }

  std::string write(const std::string& text) {
    const std::string path = folder_ + "/mlpd.toml";
    EXPECT_TRUE(real_files().write(path, text, 0600));
    return path;
  }

  static Result<ParsedConfig> parse(const std::vector<std::string>& words,
                                    Variables variables = {}) {
    variables.emplace("HOME", "/home/user");
    return parse_config(
        words,
        [&](const char* name) {
          const auto found = variables.find(name);
          return found == variables.end() ? nullptr : found->second.c_str();
        },
        real_files());
  }

  static std::string mistake(const std::vector<std::string>& words,
                             const Variables& variables = {}) {
    const auto parsed = parse(words, variables);
    return parsed ? "" : parsed.error().message;
  }

  std::string folder_;
};

TEST_F(ConfigTest, WithoutAnythingTheDefaultsHold) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->config.data_folder, "/home/user/.local/share/mlp");
  EXPECT_EQ(parsed->config.listen.port, 7450);
  EXPECT_FALSE(parsed->config.is_listen_asked);
}

TEST_F(ConfigTest, TheDataFolderFollowsXdg) {
  const auto parsed = parse({}, {{"XDG_DATA_HOME", "/data/user"}});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->config.data_folder, "/data/user/mlp");
}

TEST_F(ConfigTest, OptionsComeBeforeVariablesBeforeTheFile) {
  const std::string file =
      write("cpus = 1\nlisten = \"127.0.0.1:1\"\n[store]\nmin_free = \"1GiB\"\n");
  const auto parsed = parse({"--config", file, "--listen=127.0.0.1:3"},
                            {{"MLP_LISTEN", "127.0.0.1:2"}, {"MLP_STORE_MIN_FREE", "2GiB"}});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->config.cpus, 1);
  EXPECT_EQ(parsed->config.listen.port, 3);
  EXPECT_TRUE(parsed->config.is_listen_asked);
  EXPECT_EQ(parsed->config.min_free_bytes, 2ULL << 30);
}

TEST_F(ConfigTest, AnUnknownSettingIsAnErrorWithASuggestion) {
  EXPECT_THAT(mistake({"--dat", "x"}), HasSubstr("did you mean `--data`?"));
  const std::string file = write("\n[store]\nmin_fre = 1\n");
  EXPECT_EQ(mistake({"--config", file}),
            file + ":3: unknown setting `store.min_fre`; did you mean `store.min_free`?");
}

TEST_F(ConfigTest, AWrongValueNamesItsPlace) {
  EXPECT_EQ(mistake({"--cpus", "many"}), "--cpus: expected a number of CPUs above 0, found `many`");
  EXPECT_THAT(mistake({}, {{"MLP_STORE_BALLAST", "5 apples"}}),
              HasSubstr("MLP_STORE_BALLAST: expected a size"));
  EXPECT_THAT(mistake({"--config", write("listen = ")}), HasSubstr("mlpd.toml:1:"));
  EXPECT_THAT(mistake({"--listen"}), HasSubstr("needs a value"));
  EXPECT_THAT(mistake({"--listen", "7450"}), HasSubstr("write it as 127.0.0.1:7450"));
  EXPECT_THAT(mistake({"--config", folder_ + "/none.toml"}), HasSubstr("none.toml"));
}

TEST_F(ConfigTest, AnAddressOthersReachNeedsASecondWord) {
  EXPECT_THAT(mistake({"--listen", "0.0.0.0:80"}), HasSubstr("--insecure-http"));
  EXPECT_EQ(mistake({"--listen", "0.0.0.0:80", "--insecure-http"}), "");
}

}  // namespace
}  // namespace mlp::mlpd
