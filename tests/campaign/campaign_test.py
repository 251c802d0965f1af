"""What the campaign command makes of its parts: figures are passed on, silence and crashes count as findings."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest

import campaign


class CampaignTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        campaign.KEPT = os.path.join(self.folder, "kept")

    def run_part(self, script, words=()):
        path = os.path.join(self.folder, "part")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(path, 0o755)
        return campaign.run_part("part", path, list(words), quiet=True)

    def test_the_figures_of_the_last_line_are_passed_on(self):
        figures = self.run_part('echo going; echo "{\\"findings\\": 0, \\"seeds\\": $1}"', ["7"])
        self.assertEqual((figures["findings"], figures["seeds"]), (0, 7))

    def test_findings_are_counted(self):
        self.assertEqual(self.run_part('echo "{\\"findings\\": 3}"; exit 1')["findings"], 3)

    def test_a_failure_without_a_count_is_a_finding(self):
        self.assertEqual(self.run_part('echo "{\\"findings\\": 0}"; exit 1')["findings"], 1)

    def test_a_part_that_crashes_or_says_no_figures_is_a_finding(self):
        self.assertEqual(self.run_part('echo "{\\"findings\\": 0}"; exit 9')["findings"], 1)
        self.assertEqual(self.run_part("echo all is well")["findings"], 1)

    def test_what_was_skipped_is_not_told_as_nothing_found(self):
        figures = self.run_part('echo "{\\"findings\\": 0, \\"skipped\\": \\"may not mount\\"}"')
        self.assertEqual(campaign.verdict(figures), "SKIPPED")
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            campaign.show(figures)
        self.assertIn("may not mount", shown.getvalue())

    def test_what_a_part_printed_is_kept(self):
        self.run_part('echo something odd; echo "{\\"findings\\": 0}"')
        with open(os.path.join(campaign.KEPT, "part/campaign.log"), encoding="utf-8") as file:
            self.assertIn("something odd", file.read())

    def test_an_unknown_part_is_refused(self):
        program = os.path.join(os.path.dirname(__file__), "campaign.py")
        done = subprocess.run([sys.executable, program, "nothing"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no campaign 'nothing'", done.stderr)


if __name__ == "__main__":
    unittest.main()
