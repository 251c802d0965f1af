"""Each rule of tidy.py catches what it is for, and its message says what to do."""

import os
import tempfile
import unittest

import named_tests
import tidy


class Tidy(unittest.TestCase):
    def test_an_arrow_that_runs_the_wrong_way_is_named(self):
        found = list(tidy.check_arrows("base/x.h", '#include "runtime/model/run.h"\n'))
        self.assertIn("base must not include runtime/model/run.h", found[0])
        self.assertEqual([], list(tidy.check_arrows("runtime/model/run.h", '#include "base/id.h"\n')))

    def test_the_client_never_sees_the_runtime(self):
        self.assertTrue(list(tidy.check_arrows("daemon/mlpctl/main.cpp", '#include "runtime/store/kv.h"\n')))
        self.assertFalse(list(tidy.check_arrows("daemon/mlpctl/main.cpp", '#include "compiler/compile.h"\n')))

    def test_a_library_is_used_behind_its_door(self):
        self.assertTrue(list(tidy.check_doors("runtime/engine/engine.cpp", "#include <rocksdb/db.h>\n")))
        self.assertFalse(list(tidy.check_doors("runtime/store/rocks_kv.cpp", "#include <rocksdb/db.h>\n")))

    def test_a_long_function_is_found_and_a_short_one_is_not(self):
        body = "  f();\n" * 71
        self.assertIn("71 lines", list(tidy.check_sizes("base/x.cpp", "void g() {\n" + body + "}\n"))[0])
        self.assertEqual([], list(tidy.check_sizes("base/x.cpp", "void g() {\n  f();\n}\n")))

    def test_deep_nesting_and_many_parameters_are_found(self):
        deep = "void g() {\n" + "".join("  " * i + "if (a) {\n" for i in range(1, 6)) + "}" * 5 + "\n}\n"
        self.assertIn("nested deeper", list(tidy.check_sizes("base/x.cpp", deep))[0])
        many = "void g(int a, int b, int c, int d, int e, int f, int h) {\n}\n"
        self.assertIn("parameters", list(tidy.check_sizes("base/x.cpp", many))[0])

    def test_a_foreign_word_is_answered_with_ours(self):
        found = list(tidy.check_words("base/x.h", "int job_count;\n"))
        self.assertIn("write run, task or attempt", found[0])

    def test_a_file_says_what_it_is_for(self):
        self.assertTrue(list(tidy.check_opener("base/x.h", "#pragma once\n")))
        good = "// SPDX-License-Identifier: Apache-2.0\n//\n// Words.\n#pragma once\n"
        self.assertEqual([], list(tidy.check_opener("base/x.h", good)))

    def test_a_crash_point_has_one_place_and_a_name_of_two_parts(self):
        twice = {"a.cpp": 'CRASH_POINT("sync.after");\n', "b.cpp": 'CRASH_POINT("sync.after");\n'}
        self.assertIn("is at a.cpp:1 already", list(tidy.check_crash_points(twice))[0])
        self.assertTrue(list(tidy.check_crash_points({"a.cpp": 'CRASH_POINT("sync");\n'})))
        self.assertTrue(list(tidy.check_crash_points({"a.cpp": "CRASH_POINT(name);\n"})))
        good = {"a.h": "#define CRASH_POINT(name) x\n", "a.cpp": 'CRASH_POINT("sync.after_write");\n'}
        self.assertEqual([], list(tidy.check_crash_points(good)))

    def test_a_promise_names_tests_that_exist(self):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {"docs/guarantees.md": "## 1. Durable\n\nProved by:\n\n- `Kv.Keeps`\n- `Kv.Loses`\n"
                                                     "- `tests/x_test.py::test_a`\n- `tests/x_test.py::test_b`\n"
                                                     "- `tests/none/campaign`\n- `Sim.9_seeds`\n\n"
                                                     "## 2. Quick\n\nIt is.\n",
                               "tests/CMakeLists.txt": "add_test(NAME Sim.9_seeds COMMAND sim)\n",
                               "tests/kv.cpp": "TEST_F(Kv, Keeps) {\n}\n",
                               "tests/x_test.py": "    def test_a(self):\n        pass\n"}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            found = list(named_tests.check_guarantees(root))
        self.assertEqual(4, len(found))
        for breach, name in zip(found, ["Kv.Loses", "x_test.py::test_b", "tests/none/campaign", "promise 2"]):
            self.assertIn(name, breach)


if __name__ == "__main__":
    unittest.main()
