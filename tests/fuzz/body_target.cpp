// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as text of other languages: shell with values in it (a zero byte stands for one) and
// Python. Each value has one place, and no text is refused.
#include "base/text.h"
#include "compiler/foreign/python_imports.h"
#include "compiler/foreign/shell_text.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

void take_shell(const std::string& text) {
  std::vector<foreign::ShellPiece> pieces;
  std::size_t values = 0;
  for (const std::string& part : split(text, '\0')) {
    if (!pieces.empty()) {
      pieces.push_back({"", true});
      ++values;
    }
    pieces.push_back({part, false});
  }
  MLP_CHECK(foreign::places_of_values(pieces).size() == values);
  for (const std::string& word : foreign::words_of_shell(text)) MLP_CHECK(!word.empty());
}

}  // namespace

void take(std::string_view input) {
  const std::string text(input);
  take_shell(text);
  for (const foreign::PythonImport& import : foreign::python_imports(text)) {
    MLP_CHECK(import.level >= 0);
  }
}

}  // namespace mlp::fuzz
