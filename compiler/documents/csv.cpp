// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "base/text.h"
#include "compiler/documents/formats.h"

namespace mlp::documents {
namespace {

/// Reads rows one by one. `line` is where the row began, from 1.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  Result<std::vector<std::string>> row() {
    line_ = next_line_;
    std::vector<std::string> cells;
    for (;;) {
      MLP_ASSIGN(std::string cell, rest_.starts_with('"') ? quoted() : plain());
      cells.push_back(std::move(cell));
      if (rest_.empty() || rest_[0] != ',') break;
      rest_.remove_prefix(1);
    }
    if (rest_.starts_with('\r')) rest_.remove_prefix(1);
    if (rest_.starts_with('\n')) {
      rest_.remove_prefix(1);
      ++next_line_;
    } else if (!rest_.empty()) {
      return Error{ErrorCode::kInvalid, "line " + std::to_string(line_) + ": text after a quote"};
    }
    return cells;
  }

 private:
  Result<std::string> plain() {
    const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    std::string cell(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return cell;
  }

  Result<std::string> quoted() {
    std::string cell;
    rest_.remove_prefix(1);
    for (;;) {
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) break;
      for (const char c : rest_.substr(0, end)) next_line_ += c == '\n' ? 1 : 0;
      cell += rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      if (!rest_.starts_with('"')) return cell;
      cell += '"';
      rest_.remove_prefix(1);
    }
    return Error{ErrorCode::kInvalid, "line " + std::to_string(line_) + ": a quote is not closed"};
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t next_line_ = 1;
};

bool is_blank(const std::vector<std::string>& row) { return row.size() == 1 && row[0].empty(); }

}  // namespace

Result<Json> parse_csv(std::string_view text) {
  CsvReader reader(text);
  JsonArray rows;
  if (reader.at_end()) return Json(rows);
  MLP_ASSIGN(const std::vector<std::string> header, reader.row());
  Budget budget;
  while (!reader.at_end()) {
    MLP_ASSIGN(const std::vector<std::string> cells, reader.row());
    if (is_blank(cells)) continue;
    if (cells.size() != header.size()) {
      return Error{ErrorCode::kInvalid, "line " + std::to_string(reader.line()) + " has " +
                                            counted(cells.size(), "cell") + ", the header has " +
                                            std::to_string(header.size())};
    }
    JsonObject row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      MLP_TRY(budget.take_value(1));
      row[header[i]] = cells[i];
    }
    rows.push_back(std::move(row));
  }
  return Json(std::move(rows));
}

}  // namespace mlp::documents
