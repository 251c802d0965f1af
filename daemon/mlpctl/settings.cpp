// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/settings.h"

#include <charconv>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"

namespace mlp::mlpctl {
namespace {

constexpr std::uint64_t kMaxSmallFileBytes = 4096;

std::string home_folder() {
  return find_variable("HOME").value_or("/tmp");
}

std::string default_data_folder() {
  if (auto folder = find_variable("XDG_DATA_HOME")) return join_path(*folder, "mlp");
  return join_path(home_folder(), ".local/share/mlp");
}

Result<Duration> parse_timeout(const std::string& text) {
  std::string_view number = text;
  std::int64_t factor = 1'000'000;
  if (number.ends_with("ms")) {
    number.remove_suffix(2);
    factor = 1000;
  } else if (number.ends_with("min")) {
    number.remove_suffix(3);
    factor *= 60;
  } else if (number.ends_with("s")) {
    number.remove_suffix(1);
  }
  std::int64_t count = 0;
  auto [end, error] = std::from_chars(number.begin(), number.end(), count);
  if (error != std::errc() || end != number.end() || count <= 0 || count > 1'000'000)
    return Error{ErrorCode::kInvalid,
                 "`--timeout " + printable(text) + "` is no time; write `30s`, `500ms` or `5min`"};
  return Duration(count * factor);
}

/// "host:port" and "http://host:port/" are the same server.
std::string normal_address(std::string address) {
  if (address.find("://") == std::string::npos) address = "http://" + address;
  while (address.ends_with('/')) address.pop_back();
  return address;
}

Result<std::string> read_line(const std::string& path) {
  MLP_ASSIGN(auto text, real_files().read(path, kMaxSmallFileBytes));
  return std::string(trim(text.substr(0, text.find('\n'))));
}

}  // namespace

std::optional<std::string> find_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::string cache_folder() {
  if (auto folder = find_variable("XDG_CACHE_HOME")) return join_path(*folder, "mlp");
  return join_path(home_folder(), ".cache/mlp");
}

Result<Settings> make_settings(const CommandLine& line) {
  Settings settings;
  auto data = find_variable("MLP_DATA");
  settings.data_folder = absolute_path(line.has("data") ? line.get("data")
                                       : data           ? *data
                                                        : default_data_folder());
  settings.server = find_variable("MLP_SERVER");
  if (line.has("server")) settings.server = line.get("server");
  if (settings.server) settings.server = normal_address(*settings.server);
  settings.token = find_variable("MLP_TOKEN");
  if (line.has("token")) settings.token = line.get("token");
  if (line.has("timeout")) {
    MLP_ASSIGN(settings.timeout, parse_timeout(line.get("timeout")));
  }
  return settings;
}

Result<Endpoint> find_endpoint(const Settings& settings) {
  Endpoint endpoint;
  if (settings.server) {
    endpoint.address = *settings.server;
  } else {
    auto address = read_line(join_path(settings.data_folder, "endpoint"));
    if (!address || address->empty())
      return Error{ErrorCode::kUnavailable,
                   "no daemon has run with the data folder " + settings.data_folder +
                       "; start one with `mlpctl up`, or name another with --data or --server"};
    endpoint.address = normal_address(*address);
  }
  if (settings.token) {
    endpoint.token = *settings.token;
  } else if (auto token = read_line(join_path(settings.data_folder, "token"))) {
    endpoint.token = *token;
  }
  return endpoint;
}

}  // namespace mlp::mlpctl
