// SPDX-License-Identifier: Apache-2.0
#include "compiler/foreign/python_imports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlp::foreign {
namespace {

using testing::ElementsAre;

TEST(PythonImports, AreFoundInAllForms) {
  const auto found = python_imports(
      "import a.b, c as d\n"
      "from x.y import (z,\n    w as v)\n"
      "from . import q\nfrom ..up import *\n"
      "if True: import late\n"
      "try:\n  import tried; import second\n"
      "from k import \\\n  m\n");
  EXPECT_THAT(found, ElementsAre(PythonImport{0, {"a", "b"}, {}}, PythonImport{0, {"c"}, {}},
                                 PythonImport{0, {"x", "y"}, {"z", "w"}},
                                 PythonImport{1, {}, {"q"}}, PythonImport{2, {"up"}, {}},
                                 PythonImport{0, {"late"}, {}}, PythonImport{0, {"tried"}, {}},
                                 PythonImport{0, {"second"}, {}}, PythonImport{0, {"k"}, {"m"}}));
}

TEST(PythonImports, AreNotFoundInTextAndComments) {
  EXPECT_TRUE(
      python_imports("\"\"\"\nimport a\n\"\"\"\nx = 'import b'\n# import c\ny = f(\n  import_d)\n"
                     "s = r'\\'\nx.import_e\nimporter = 1\n")
          .empty());
}

TEST(PythonImports, AreReadFromAnyText) {
  python_imports("import");
  python_imports("from");
  python_imports("from . . import");
  python_imports("'''");
  python_imports("import a.\\");
  python_imports(std::string("((((\0import", 11));
}

TEST(ImportedFiles, AreLookedForBesideTheFileThenInTheRoot) {
  source::MemoryLoader loader;
  loader.add("src/fit.py",
             "import table\nimport lib.tools\nimport numpy\nfrom shared import names\n");
  loader.add("src/table.py", "import deep");
  loader.add("src/deep.py", "import fit");
  loader.add("table.py", "");
  loader.add("lib/__init__.py", "from . import inner");
  loader.add("lib/tools.py", "from .. import nothing");
  loader.add("lib/inner.py", "");
  loader.add("lib/unused.py", "");
  loader.add("shared/names.py", "");
  EXPECT_THAT(imported_python_files(loader, "src/fit.py"),
              ElementsAre("lib/__init__.py", "lib/inner.py", "lib/tools.py", "shared/names.py",
                          "src/deep.py", "src/table.py"));
}

}  // namespace
}  // namespace mlp::foreign
