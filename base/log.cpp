// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.h"
#include "base/text.h"

namespace mlp::log {
namespace {

Format g_format = Format::kText;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarning: return spdlog::level::warn;
    case Level::kError: break;
  }
  return spdlog::level::err;
}

std::string to_line(std::string_view event, std::initializer_list<Field> fields) {
  if (g_format == Format::kJson) {
    JsonObject object{{"event", std::string(event)}};
    for (const Field& field : fields) object[std::string(field.first)] = printable(field.second);
    std::string line = to_text(object);
    return line.substr(1);  // The pattern writes the brace, the time and the level.
  }
  std::string line(event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.first;
    line += '=';
    line += shell_quote(printable(field.second));
  }
  return line;
}

}  // namespace

void open(Level least, Format format, const std::string& path) {
  g_format = format;
  spdlog::sink_ptr sink;
  if (path.empty()) sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  auto logger = std::make_shared<spdlog::logger>("mlp", sink);
  logger->set_level(to_spdlog(least));
  logger->set_pattern(format == Format::kJson
                          ? "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v"
                          : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                      spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  spdlog::logger* logger = spdlog::default_logger_raw();
  if (!logger->should_log(to_spdlog(level))) return;
  logger->log(to_spdlog(level), "{}", to_line(event, fields));
}

}  // namespace mlp::log
