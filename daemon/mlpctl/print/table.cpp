// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/print/table.h"

#include <algorithm>

#include "base/text.h"

namespace mlp::mlpctl {
namespace {

constexpr std::size_t kGap = 2;

std::vector<std::size_t> column_widths(const Table& table) {
  std::vector<std::size_t> widths;
  auto widen = [&](std::size_t column, std::size_t width) {
    if (widths.size() <= column) widths.resize(column + 1);
    widths[column] = std::max(widths[column], width);
  };
  for (std::size_t i = 0; i < table.heads.size(); ++i) widen(i, shown_width(table.heads[i]));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widen(i, shown_width(printable(row[i].text)));
  return widths;
}

std::string pad(std::size_t count) {
  return std::string(count, ' ');
}

std::string to_line(const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
                    const Table& table, bool has_colours, std::size_t limit) {
  std::string line;
  std::size_t used = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    auto text = printable(row[i].text);
    bool is_last = i + 1 == row.size();
    if (is_last && limit > used + 8) text = cut_to_width(text, limit - used);
    auto room = widths[i] - std::min(widths[i], shown_width(text));
    bool is_right = i < table.is_right.size() && table.is_right[i];
    if (is_right) line += pad(room);
    line += paint(has_colours, row[i].colour, text);
    if (!is_last) line += pad((is_right ? 0 : room) + kGap);
    used += widths[i] + kGap;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string to_text(const Table& table, bool has_colours, std::size_t width) {
  auto widths = column_widths(table);
  std::string text;
  if (!table.heads.empty()) {
    std::vector<Cell> heads;
    for (const auto& head : table.heads) heads.push_back({head, Colour::kFaint});
    text += to_line(heads, widths, table, has_colours, width);
  }
  for (const auto& row : table.rows) text += to_line(row, widths, table, has_colours, width);
  return text;
}

std::string to_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, shown_width(printable(name)));
  std::string text;
  for (const auto& [name, value] : pairs) {
    auto shown = printable(name);
    text += shown + pad(width - shown_width(shown)) + "  " + printable(value) + "\n";
  }
  return text;
}

}  // namespace mlp::mlpctl
