// SPDX-License-Identifier: Apache-2.0
//
// Every setting, in the order of the help.
#include "daemon/mlpd/settings.h"

#include <charconv>

#include "base/text.h"

namespace mlp::mlpd {
namespace {

Error expected(std::string_view what, const std::string& text) {
  return {ErrorCode::kInvalid,
          "expected " + std::string(what) + ", found `" + printable(text) + "`"};
}

Status take_flag(bool& target, const std::string& text) {
  if (text != "true" && text != "false") return expected("true or false", text);
  target = text == "true";
  return {};
}

/// "512MiB", "1GiB", "4096".
Status take_size(std::uint64_t& target, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return expected("a size such as 512MiB", text);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  static const std::vector<std::pair<std::string_view, int>> units = {
      {"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
  for (const auto& [name, shift] : units) {
    if (unit != name || number > (UINT64_MAX >> shift)) continue;
    target = number << shift;
    return {};
  }
  return expected("a size such as 512MiB", text);
}

Status take_cpus(double& target, const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr double kMostCpus = 4096;
  if (error != std::errc() || end != text.data() + text.size() || !(number > 0) ||
      number > kMostCpus) {
    return expected("a number of CPUs above 0", text);
  }
  target = number;
  return {};
}

Status take_listen(Config& config, const std::string& text) {
  MLP_ASSIGN(config.listen, http::parse_listen_address(text));
  config.is_listen_asked = true;
  return {};
}

Status take_hosts(Config& config, const std::string& text) {
  config.allowed_hosts.clear();
  for (const std::string& host : split(text, ',')) {
    if (!trim(host).empty()) config.allowed_hosts.emplace_back(trim(host));
  }
  return {};
}

Status take_level(Config& config, const std::string& text) {
  static const std::vector<std::pair<std::string_view, log::Level>> levels = {
      {"debug", log::Level::kDebug},
      {"info", log::Level::kInfo},
      {"warning", log::Level::kWarning},
      {"error", log::Level::kError}};
  for (const auto& [name, level] : levels) {
    if (text != name) continue;
    config.log_level = level;
    return {};
  }
  return expected("debug, info, warning or error", text);
}

Status take_format(Config& config, const std::string& text) {
  if (text != "text" && text != "json") return expected("text or json", text);
  config.log_format = text == "json" ? log::Format::kJson : log::Format::kText;
  return {};
}

Status take_verify(Config& config, const std::string& text) {
  if (text != "presence" && text != "content") return expected("presence or content", text);
  config.verify = text == "content" ? objects::Verify::kContent : objects::Verify::kPresence;
  return {};
}

Status take_path(std::string& target, const std::string& text) {
  if (text.empty()) return expected("a path", text);
  target = absolute_path(text);
  return {};
}

std::vector<Setting> make_settings() {
  return {
      {"data", "FOLDER", "data folder ($XDG_DATA_HOME/mlp, else ~/.local/share/mlp)",
       [](Config& c, const std::string& t) { return take_path(c.data_folder, t); }},
      {"listen", "HOST:PORT", "address (127.0.0.1:7450, or a free port when that is taken)",
       take_listen},
      {"allowed_hosts", "NAMES", "further names this server may be called by, comma-separated",
       take_hosts},
      {"insecure_http", "", "listen on an address other machines reach, without TLS",
       [](Config& c, const std::string& t) { return take_flag(c.is_insecure_http_allowed, t); }},
      {"cpus", "N", "CPUs given to tasks at once (those of the machine)",
       [](Config& c, const std::string& t) { return take_cpus(c.cpus, t); }},
      {"runner", "FILE", "mlp-runner (the one beside mlpd)",
       [](Config& c, const std::string& t) { return take_path(c.runner, t); }},
      {"store.min_free", "SIZE", "with less free disk nothing new starts (512MiB)",
       [](Config& c, const std::string& t) { return take_size(c.min_free_bytes, t); }},
      {"store.ballast", "SIZE", "disk kept back for when it is full (64MiB)",
       [](Config& c, const std::string& t) { return take_size(c.ballast_bytes, t); }},
      {"objects.verify", "HOW", "before an object is used: presence, or content too (presence)",
       take_verify},
      {"log.level", "LEVEL", "debug, info, warning or error (info)", take_level},
      {"log.format", "FORMAT", "text or json (text)", take_format},
      {"log.file", "FILE", "where the log goes (standard error)",
       [](Config& c, const std::string& t) { return take_path(c.log_file, t); }},
  };
}

}  // namespace

std::string Setting::flag() const {
  std::string flag = "--" + std::string(key);
  for (char& c : flag) c = c == '.' || c == '_' ? '-' : c;
  return flag;
}

std::string Setting::variable() const {
  std::string name = "MLP_" + std::string(key);
  for (char& c : name)
    c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> settings = make_settings();
  return settings;
}

const Setting* find_setting(std::string_view key) {
  for (const Setting& setting : all_settings()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

}  // namespace mlp::mlpd
