// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/print/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "daemon/mlpctl/settings.h"

namespace mlp::mlpctl {
namespace {

/// Writes it all; a stream nobody reads any more is no error of ours.
void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

int find_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

const char* sequence_of(Colour colour) {
  switch (colour) {
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kFaint:
      return "\x1b[2m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kCyan:
      return "\x1b[36m";
    case Colour::kNone:
      return "";
  }
  return "";
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

}  // namespace

Result<Terminal> make_terminal(const CommandLine& line) {
  auto choice = line.get("color", "auto");
  if (choice != "auto" && choice != "always" && choice != "never")
    return Error{ErrorCode::kInvalid,
                 "`--color " + printable(choice) + "`: expected auto, always or never"};
  bool is_dumb = find_variable("TERM").value_or("dumb") == "dumb";
  bool is_plain = choice == "never" || (choice == "auto" && (find_variable("NO_COLOR") || is_dumb));
  bool is_err_terminal = ::isatty(STDERR_FILENO) == 1;
  Terminal terminal;
  terminal.is_json = line.has("json");
  terminal.is_quiet = line.has("quiet");
  terminal.is_verbose = line.has("verbose");
  terminal.has_colours_out = !is_plain && (choice == "always" || ::isatty(STDOUT_FILENO) == 1);
  terminal.has_colours_err = !is_plain && (choice == "always" || is_err_terminal);
  terminal.has_progress = is_err_terminal && !is_dumb && !line.has("no-progress") &&
                          !terminal.is_quiet && !terminal.is_json && !find_variable("CI");
  terminal.width = find_width();
  return terminal;
}

void StreamPrinter::erase() {
  if (drawn_ == 0) return;
  // Up to the first sticky line, then clear to the end of the screen.
  write_all(STDERR_FILENO, "\x1b[" + std::to_string(drawn_) + "A\x1b[J");
  drawn_ = 0;
}

void StreamPrinter::draw() {
  std::string text;
  for (const auto& line : sticky_) text += line + "\n";
  write_all(STDERR_FILENO, text);
  drawn_ = sticky_.size();
}

void StreamPrinter::data(std::string_view text) {
  std::lock_guard lock(mutex_);
  erase();
  write_all(STDOUT_FILENO, text);
  draw();
}

void StreamPrinter::message(std::string_view text) {
  std::lock_guard lock(mutex_);
  erase();
  write_all(STDERR_FILENO, text);
  draw();
}

void StreamPrinter::stick(const std::vector<std::string>& lines) {
  std::lock_guard lock(mutex_);
  if (lines.empty() && drawn_ == 0) return;
  erase();
  sticky_ = lines;
  draw();
}

std::string paint(bool has_colours, Colour colour, std::string_view text) {
  if (!has_colours || colour == Colour::kNone) return std::string(text);
  return sequence_of(colour) + std::string(text) + "\x1b[0m";
}

std::size_t shown_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if (!is_continuation(text[i])) {
      ++width;
    }
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (shown_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t count = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    if (!is_continuation(text[end]) && ++count == width) break;
    ++end;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace mlp::mlpctl
