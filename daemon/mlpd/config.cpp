// SPDX-License-Identifier: Apache-2.0
//
// Reads settings from their four places. The one door to toml++ in the daemon.
#include "daemon/mlpd/config.h"

#include <toml++/toml.h>
#include <map>
#include <sstream>

#include "base/text.h"
#include "daemon/mlpd/settings.h"

namespace mlp::mlpd {
namespace {

constexpr std::uint64_t kMaxConfigFile = 1 << 20;

/// Key of a setting to its text, and where it was said, for messages.
struct Said {
  std::string text;
  std::string where;
};
using Values = std::map<std::string, Said, std::less<>>;

Error invalid(std::string message) {
  return {ErrorCode::kInvalid, std::move(message)};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : "; did you mean `" + near + "`?";
}

std::vector<std::string> known_words(std::string (Setting::*form)() const) {
  std::vector<std::string> words;
  for (const Setting& setting : all_settings()) words.push_back((setting.*form)());
  return words;
}

// ---- the file -----------------------------------------------------------------------------------

Result<std::string> text_of(const toml::node& value, const std::string& key) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* flag = value.as_boolean()) return std::string(flag->get() ? "true" : "false");
  if (const auto* number = value.as_integer()) return std::to_string(number->get());
  if (const auto* number = value.as_floating_point()) {
    std::ostringstream out;
    out << number->get();
    return out.str();
  }
  const auto* list = value.as_array();
  if (list == nullptr) return invalid("`" + key + "` cannot be a table or a date");
  std::vector<std::string> items;
  for (const toml::node& item : *list) {
    MLP_ASSIGN(std::string text, text_of(item, key));
    items.push_back(std::move(text));
  }
  return join(items, ",");
}

Status take_table(const toml::table& table, const std::string& prefix, const std::string& path,
                  Values& values) {
  for (const auto& [name, value] : table) {
    const std::string key = prefix + std::string(name.str());
    const std::string where = path + ":" + std::to_string(value.source().begin.line);
    if (const auto* inner = value.as_table(); inner != nullptr && prefix.empty()) {
      MLP_TRY(take_table(*inner, key + ".", path, values));
      continue;
    }
    if (find_setting(key) == nullptr) {
      std::vector<std::string> keys;
      for (const Setting& setting : all_settings()) keys.emplace_back(setting.key);
      return invalid(where + ": unknown setting `" + printable(key) + "`" +
                     did_you_mean(key, keys));
    }
    auto text = text_of(value, key);
    if (!text) return text.error().with_context(where);
    values[key] = {std::move(*text), where};
  }
  return {};
}

/// `is_asked`: the user named the file, so it must be there.
Status read_file(Files& files, const std::string& path, bool is_asked, Values& values) {
  auto text = files.read(path, kMaxConfigFile);
  if (!text && text.error().code == ErrorCode::kNotFound && !is_asked) return {};
  if (!text) return text.error();
  try {
    return take_table(toml::parse(*text, path), "", path, values);
  } catch (const toml::parse_error& error) {
    return invalid(path + ":" + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
}

// ---- the command line ---------------------------------------------------------------------------

struct CommandLine {
  Wish wish = Wish::kRun;
  FsckWish fsck;
  std::string config_file;
  Values values;
};

const Setting* find_by_flag(std::string_view flag) {
  for (const Setting& setting : all_settings()) {
    if (setting.flag() == flag) return &setting;
  }
  return nullptr;
}

/// Reads the word at `place`, and the next one when the value stands there.
Status read_word(const std::vector<std::string>& words, std::size_t& place, CommandLine& line) {
  const std::string& word = words[place];
  const std::size_t equals = word.find('=');
  const std::string flag = word.substr(0, equals);
  const Setting* setting = find_by_flag(flag);
  if (setting == nullptr && flag != "--config") {
    auto known = known_words(&Setting::flag);
    known.insert(known.end(), {"--config", "--fsck", "--repair", "--json", "--help", "--version"});
    return invalid("unknown option `" + printable(word) + "`" + did_you_mean(flag, known));
  }
  std::string text;
  if (equals != std::string::npos) {
    text = word.substr(equals + 1);
  } else if (setting != nullptr && setting->placeholder.empty()) {
    text = "true";
  } else if (place + 1 < words.size()) {
    text = words[++place];
  } else {
    return invalid("`" + flag + "` needs a value");
  }
  if (setting == nullptr) {
    line.config_file = text;
  } else {
    line.values[std::string(setting->key)] = {std::move(text), flag};
  }
  return {};
}

bool take_fsck_word(const std::string& word, CommandLine& line) {
  if (word == "--fsck") {
    line.wish = Wish::kFsck;
  } else if (word == "--repair") {
    line.fsck.is_repair = true;
  } else if (word == "--json") {
    line.fsck.is_json = true;
  } else {
    return false;
  }
  return true;
}

Result<CommandLine> read_words(const std::vector<std::string>& words) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") {
      line.wish = Wish::kHelp;
      return line;
    }
    if (words[i] == "--version") {
      line.wish = Wish::kVersion;
      return line;
    }
    if (take_fsck_word(words[i], line)) continue;
    MLP_TRY(read_word(words, i, line));
  }
  const bool has_no_fsck = line.wish == Wish::kRun && (line.fsck.is_repair || line.fsck.is_json);
  if (has_no_fsck) return invalid("`--repair` and `--json` belong to `--fsck`");
  return line;
}

// ---- together -----------------------------------------------------------------------------------

std::string text_of(const Lookup& environment, const char* name) {
  const char* text = environment(name);
  return text == nullptr ? "" : text;
}

/// $XDG_…_HOME/mlp, else ~/<fallback>/mlp; empty when there is no home either.
std::string user_folder(const Lookup& environment, const char* variable,
                        std::string_view fallback) {
  const std::string folder = text_of(environment, variable);
  if (!folder.empty() && folder.front() == '/') return join_path(folder, "mlp");
  const std::string home = text_of(environment, "HOME");
  return home.empty() ? "" : join_path(join_path(home, fallback), "mlp");
}

void read_environment(const Lookup& environment, Values& values) {
  for (const Setting& setting : all_settings()) {
    const std::string variable = setting.variable();
    const std::string text = text_of(environment, variable.c_str());
    if (!text.empty()) values[std::string(setting.key)] = {text, variable};
  }
}

Status check(Config& config) {
  if (config.data_folder.empty()) {
    return invalid("there is no HOME to put the data folder in; say where with --data FOLDER");
  }
  if (!config.listen.is_loopback() && !config.is_insecure_http_allowed) {
    return invalid("`" + config.listen.host +
                   "` can be reached by other machines and there is no TLS; "
                   "if that is what you want, add --insecure-http");
  }
  return {};
}

}  // namespace

Result<ParsedConfig> parse_config(const std::vector<std::string>& words, const Lookup& environment,
                                  Files& files) {
  MLP_ASSIGN(CommandLine line, read_words(words));
  ParsedConfig parsed;
  parsed.wish = line.wish;
  parsed.fsck = line.fsck;
  if (parsed.wish == Wish::kHelp || parsed.wish == Wish::kVersion) return parsed;
  Values values;
  const std::string folder = user_folder(environment, "XDG_CONFIG_HOME", ".config");
  const std::string file =
      line.config_file.empty() ? join_path(folder, "mlpd.toml") : line.config_file;
  MLP_TRY(read_file(files, file, !line.config_file.empty(), values));
  read_environment(environment, values);
  for (auto& [key, said] : line.values) values[key] = std::move(said);

  parsed.config.data_folder = user_folder(environment, "XDG_DATA_HOME", ".local/share");
  for (const auto& [key, said] : values) {
    const Status taken = find_setting(key)->take(parsed.config, said.text);
    if (!taken) return taken.error().with_context(said.where);
  }
  MLP_TRY(check(parsed.config));
  return parsed;
}

std::string help_text() {
  std::string text =
      "usage: mlpd [options]\n\n"
      "The daemon of mlp: compiles pipelines, carries out runs, keeps what they made.\n"
      "Runs in the foreground; `mlpctl up` starts it detached. SIGTERM ends it and leaves\n"
      "running tasks alone: the next mlpd takes them over.\n\nOptions:\n";
  for (const Setting& setting : all_settings()) {
    std::string left = "  " + setting.flag();
    if (!setting.placeholder.empty()) left += " " + std::string(setting.placeholder);
    left.resize(std::max<std::size_t>(left.size() + 2, 28), ' ');
    text += left + std::string(setting.help) + "\n";
  }
  text +=
      "  --config FILE             settings ($XDG_CONFIG_HOME/mlp/mlpd.toml, optional)\n"
      "  --fsck [--repair] [--json]  check the data folder and end; `mlpctl fsck` asks for it\n"
      "  --help, --version\n\n"
      "Each option is also a variable (--store-min-free: MLP_STORE_MIN_FREE) and a setting of\n"
      "the file (min_free in section [store]); options come before variables before the file.\n\n"
      "Examples:\n"
      "  mlpd                                     your own daemon, data in ~/.local/share/mlp\n"
      "  mlpd --data /srv/mlp --listen 127.0.0.1:7500\n"
      "  mlpd --data /srv/mlp --fsck              is everything there that records name?\n\n"
      "Exit codes: 0 stopped (--fsck: nothing wrong, or all repaired), 1 --fsck has findings,\n"
      "2 usage or configuration, 10 another daemon has the data folder, 11 the store was refused,\n"
      "12 a write of the store failed, 13 the address is in use.\n";
  return text;
}

}  // namespace mlp::mlpd
