// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics for people: the line, the range underlined, what else is to be seen and done.
#include <algorithm>

#include "base/text.h"
#include "compiler/diagnostics/print.h"

namespace mlp::diagnostics {
namespace {

/// Longer source lines are cut; nobody reads a minified line.
constexpr std::size_t kMaxLineColumns = 160;

struct Colours {
  const char* bold;
  const char* red;
  const char* yellow;
  const char* blue;
  const char* cyan;
  const char* off;
};
constexpr Colours kPlain = {"", "", "", "", "", ""};
constexpr Colours kAnsi = {"\x1b[1m",    "\x1b[1;31m", "\x1b[1;33m",
                           "\x1b[1;34m", "\x1b[1;36m", "\x1b[0m"};

/// A range to underline on one line.
struct Mark {
  Span span;
  std::string text;
  bool primary = false;
};

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// A tab is shown as one blank, so that the underline fits; other controls as they are named.
std::string shown(std::string_view line) {
  std::string text;
  for (const char c : line) text += c == '\t' ? ' ' : c;
  if (!is_utf8(text) ||
      std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    for (char& c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte >= 0x7F) c = '?';
    }
  }
  return text;
}

class Printer {
 public:
  Printer(const Diagnostic& diagnostic, const source::SourceMap& sources, bool colours)
      : diagnostic_(diagnostic), sources_(sources), colours_(colours ? kAnsi : kPlain) {}

  std::string print() {
    header();
    if (diagnostic_.span.source) {
      std::vector<Mark> marks = {{diagnostic_.span, diagnostic_.span_label, true}};
      for (const Label& label : diagnostic_.labels)
        marks.push_back({label.span, label.text, false});
      margin_ = margin(marks);
      place(diagnostic_.span, "--> ");
      excerpt(marks, diagnostic_.span.source);
      others(marks);
    }
    for (const std::string& note : diagnostic_.notes) remark("note", note);
    if (!diagnostic_.help.empty()) remark("help", diagnostic_.help);
    return std::move(out_);
  }

 private:
  void header() {
    const bool error = diagnostic_.severity == Severity::kError;
    out_ += error ? colours_.red : colours_.yellow;
    out_ += error ? "error[" : "warning[";
    out_ += diagnostic_.code();
    out_ += "]";
    out_ += colours_.off;
    out_ += colours_.bold;
    out_ += ": " + diagnostic_.message;
    out_ += colours_.off;
    out_ += "\n";
  }

  /// Digits of the largest line number.
  std::size_t margin(const std::vector<Mark>& marks) const {
    std::uint32_t most = 1;
    for (const Mark& mark : marks) most = std::max(most, sources_.place(mark.span).line);
    return std::to_string(most).size();
  }

  void place(Span span, std::string_view arrow) {
    const source::Place at = sources_.place(span);
    out_ += std::string(margin_, ' ');
    out_ += colours_.blue;
    out_ += arrow;
    out_ += colours_.off;
    out_ += sources_.get(span.source).path + ":" + std::to_string(at.line) + ":" +
            std::to_string(at.column) + "\n";
  }

  void bar(const std::string& number, const std::string& text) {
    out_ += colours_.blue;
    out_ += std::string(margin_ - number.size(), ' ') + number + " |";
    out_ += colours_.off;
    if (!text.empty()) out_ += " " + text;
    out_ += "\n";
  }

  /// The lines of one file that have marks, in order.
  void excerpt(const std::vector<Mark>& marks, source::SourceId source) {
    std::vector<Mark> here;
    for (const Mark& mark : marks) {
      if (mark.span.source == source) here.push_back(mark);
    }
    std::ranges::stable_sort(here, {}, [](const Mark& m) { return m.span.begin; });
    bar("", "");
    const source::SourceFile& file = sources_.get(source);
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < here.size(); ++i) {
      const std::uint32_t line = file.line_index(here[i].span.begin);
      if (i > 0 && line > last + 1) out_ += "...\n";
      if (i == 0 || line != last) source_line(file, line, here[i].span.begin);
      underline(file, line, here[i]);
      last = line;
    }
  }

  void others(const std::vector<Mark>& marks) {
    for (const Mark& mark : marks) {
      if (mark.span.source == diagnostic_.span.source || !mark.span.source) continue;
      place(mark.span, "::: ");
      excerpt({mark}, mark.span.source);
    }
  }

  /// Of a long line the part around its first mark.
  void source_line(const source::SourceFile& file, std::uint32_t line, std::uint32_t mark_begin) {
    const std::string_view whole = file.line_text(line);
    const std::uint32_t start = file.line_starts[line];
    const std::size_t before = columns(file.slice(start, mark_begin));
    left_ = before > kMaxLineColumns - 40 ? before - 60 : 0;
    std::string text = shown(whole.substr(bytes_of(whole, left_)));
    if (columns(text) > kMaxLineColumns)
      text = text.substr(0, bytes_of(text, kMaxLineColumns)) + "…";
    bar(std::to_string(line + 1), (left_ > 0 ? "…" : "") + text);
    if (left_ > 0) --left_;  // the mark of the cut takes a column
  }

  static std::size_t bytes_of(std::string_view text, std::size_t count) {
    std::size_t bytes = 0;
    const auto tail = [&] { return (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80; };
    for (std::size_t seen = 0; bytes < text.size() && seen < count; ++seen) {
      for (++bytes; bytes < text.size() && tail();) ++bytes;
    }
    return bytes;
  }

  void underline(const source::SourceFile& file, std::uint32_t line, const Mark& mark) {
    const std::uint32_t start = file.line_starts[line];
    const auto line_end = start + static_cast<std::uint32_t>(file.line_text(line).size());
    const std::size_t column = columns(file.slice(start, mark.span.begin));
    if (column < left_ || column - left_ > kMaxLineColumns) return;
    const std::size_t indent = column - left_;
    std::size_t width = columns(file.slice(mark.span.begin, std::min(mark.span.end, line_end)));
    width = std::clamp<std::size_t>(width, 1, kMaxLineColumns - indent + 1);
    std::string text(indent, ' ');
    text += mark.primary
                ? (diagnostic_.severity == Severity::kError ? colours_.red : colours_.yellow)
                : colours_.blue;
    text += std::string(width, mark.primary ? '^' : '-');
    if (!mark.text.empty()) text += " " + mark.text;
    text += colours_.off;
    bar("", text);
  }

  void remark(std::string_view what, const std::string& text) {
    out_ += std::string(margin_, ' ') + " = ";
    out_ += colours_.cyan;
    out_ += what;
    out_ += colours_.off;
    out_ += ": " + text + "\n";
  }

  const Diagnostic& diagnostic_;
  const source::SourceMap& sources_;
  const Colours& colours_;
  std::string out_;
  std::size_t margin_ = 1;
  std::size_t left_ = 0;  // columns of the line that are not shown
};

}  // namespace

std::string to_text(const Diagnostic& diagnostic, const source::SourceMap& sources, bool colours) {
  return Printer(diagnostic, sources, colours).print();
}

std::string to_text(const Diagnostics& diagnostics, const source::SourceMap& sources,
                    bool colours) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    if (!text.empty()) text += "\n";
    text += to_text(diagnostic, sources, colours);
  }
  if (diagnostics.dropped() > 0) {
    text += "\nand " + std::to_string(diagnostics.dropped()) + " more\n";
  }
  return text;
}

}  // namespace mlp::diagnostics
