// SPDX-License-Identifier: Apache-2.0
//
// Where mlpctl writes: data to standard output, messages to standard error, and lines that stay at
// the bottom of a terminal. Knows nothing of runs.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/mlpctl/command_line.h"

namespace mlp::mlpctl {

enum class Colour { kNone, kBold, kFaint, kRed, kGreen, kYellow, kCyan };

/// What the two streams can show.
struct Terminal {
  bool has_colours_out = false;
  bool has_colours_err = false;
  bool has_progress = false;  // standard error is a terminal and nobody asked for plain lines
  bool is_quiet = false;      // messages that are no errors are left out
  bool is_verbose = false;
  bool is_json = false;
  int width = 80;  // columns
};

/// From --color, --no-progress, --quiet, -v, --json, NO_COLOR, TERM and what the streams are.
Result<Terminal> make_terminal(const CommandLine& line);

/// Seam: what is written. Thread-safe.
class Printer {
 public:
  virtual ~Printer() = default;
  /// Standard output, as it is.
  virtual void data(std::string_view text) = 0;
  /// Standard error, as it is; above the sticky lines.
  virtual void message(std::string_view text) = 0;
  /// Replaces the lines at the bottom of the terminal; none takes them away.
  virtual void stick(const std::vector<std::string>& lines) = 0;
};

/// The two streams of this process.
class StreamPrinter final : public Printer {
 public:
  void data(std::string_view text) override;
  void message(std::string_view text) override;
  void stick(const std::vector<std::string>& lines) override;

 private:
  void erase();
  void draw();

  // The live view's clock and the reader of events both write.
  std::mutex mutex_;
  std::vector<std::string> sticky_;
  std::size_t drawn_ = 0;
};

/// Keeps what is written. For tests.
class MemoryPrinter final : public Printer {
 public:
  void data(std::string_view text) override { out += text; }
  void message(std::string_view text) override { err += text; }
  void stick(const std::vector<std::string>& lines) override { sticky = lines; }
  std::string out;
  std::string err;
  std::vector<std::string> sticky;
};

/// The text in a colour; as it is where colours are off.
std::string paint(bool has_colours, Colour colour, std::string_view text);

/// Columns a text takes: UTF-8 characters, without ANSI sequences.
std::size_t shown_width(std::string_view text);

/// At most `width` columns, with `…` at its end where it was longer. Without ANSI sequences.
std::string cut_to_width(std::string_view text, std::size_t width);

}  // namespace mlp::mlpctl
