// SPDX-License-Identifier: Apache-2.0
//
// Several files of a project in one text: after a line "//--- path" the next file begins.
#pragma once

#include <algorithm>
#include <string>

#include "compiler/source/source.h"

namespace mlp::tests {

inline void add_files(source::MemoryLoader& loader, std::string path, const std::string& text) {
  const std::string mark = "//--- ";
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find("\n" + mark, begin == 0 ? 0 : begin - 1);
    const bool is_last = end == std::string::npos;
    loader.add(path, text.substr(begin, is_last ? end : end + 1 - std::min(begin, end + 1)));
    if (is_last) return;
    const std::size_t name = end + 1 + mark.size();
    const std::size_t line_end = text.find('\n', name);
    path = text.substr(name, line_end - name);
    if (line_end == std::string::npos) {
      loader.add(path, "");
      return;
    }
    begin = line_end + 1;
  }
}

}  // namespace mlp::tests
