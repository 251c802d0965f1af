// SPDX-License-Identifier: Apache-2.0
//
// Rows in columns, as wide as they need to be and no wider than the terminal.
#pragma once

#include <string>
#include <vector>

#include "daemon/mlpctl/print/terminal.h"

namespace mlp::mlpctl {

struct Cell {
  std::string text;  // made printable by the table
  Colour colour = Colour::kNone;
};

struct Table {
  std::vector<std::string> heads;  // none: no head line
  std::vector<std::vector<Cell>> rows;
  std::vector<bool> is_right;  // columns of numbers; missing: left
};

/// One line a row; the last column is cut to `width` columns (0: not cut). Trailing blanks are left
/// out.
std::string to_text(const Table& table, bool has_colours, std::size_t width);

/// "name = value" lines, names aligned, values printable.
std::string to_pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace mlp::mlpctl
