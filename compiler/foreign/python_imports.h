// SPDX-License-Identifier: Apache-2.0
//
// Which files of the project a Python file imports, found by reading it and what it imports, never
// by running anything.
#pragma once

#include <string>
#include <vector>

#include "compiler/source/source.h"

namespace mlp::foreign {

/// Files followed from one start; a project with more names them in `uses`.
inline constexpr std::size_t kMaxPythonFiles = 2000;

/// All project files that `path` imports, directly or through others, without itself; sorted.
/// Looked for in the folder of `path`, then in the project's root, as sys.path is when it runs.
/// What is not found there belongs to the environment.
std::vector<std::string> imported_python_files(source::SourceLoader& loader,
                                               const std::string& path);

/// One import of a Python text: `from ..a.b import c` is {2, {"a","b"}, {"c"}}; `import a.b` has no
/// names.
struct PythonImport {
  int level = 0;
  std::vector<std::string> module;
  std::vector<std::string> names;
  bool operator==(const PythonImport&) const = default;
};

/// In the order written. Strings and comments are skipped; any text is read.
std::vector<PythonImport> python_imports(const std::string& text);

}  // namespace mlp::foreign
