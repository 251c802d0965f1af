// SPDX-License-Identifier: Apache-2.0
//
// The daemon's own log: one line an event, a name and fields. The one door to spdlog.
// Never a token, a secret or a task's output.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace mlp::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

using Field = std::pair<std::string_view, std::string>;

/// Where lines go: standard error, or a file that is appended to. Call once at start.
void open(Level least, Format format, const std::string& path = "");

/// Thread-safe. info("run ended", {{"run", "12"}, {"state", "succeeded"}}).
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void debug(std::string_view e, std::initializer_list<Field> f = {}) { write(Level::kDebug, e, f); }
inline void info(std::string_view e, std::initializer_list<Field> f = {}) { write(Level::kInfo, e, f); }
inline void warning(std::string_view e, std::initializer_list<Field> f = {}) { write(Level::kWarning, e, f); }
inline void error(std::string_view e, std::initializer_list<Field> f = {}) { write(Level::kError, e, f); }

}  // namespace mlp::log
