"""A sample of each attack: mlpd stays small and quick, legitimate users are served, and nothing is left behind.

One daemon goes through all of them. The full sizes for longer: tests/hostile/campaign.
"""

import json
import unittest

import siege
from siege import Siege

SHORT = 1.5  # seconds


class HostileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.siege = Siege()
        cls.addClassCleanup(cls.siege.close)

    def attack(self, name, count, seconds=SHORT, **more):
        figures = self.siege.attack(name, count, seconds, **more)
        siege.print_figures(figures)
        self.assertEqual(figures["wrong"], [], figures)

    # ---- heads

    def test_heads_that_come_a_byte_at_a_time(self):
        self.attack("slow_heads", 1000)

    def test_five_thousand_idle_connections(self):
        self.attack("idle_connections", 5000)

    def test_five_thousand_heads_that_lack_their_last_byte(self):
        self.attack("held_heads", 5000)

    def test_heads_of_two_thousand_headers(self):
        self.attack("many_headers", 100)

    def test_headers_without_end(self):
        self.attack("endless_header", 50)

    # ---- bodies

    def test_bodies_of_a_declared_gigabyte_to_every_route(self):
        self.attack("declared_gigabyte", 16)

    def test_bodies_of_a_gigabyte_in_chunks_to_every_route(self):
        self.attack("chunked_gigabyte", 16)

    def test_bodies_that_come_a_byte_at_a_time(self):
        self.attack("slow_bodies", 1000)

    def test_json_bodies_that_lack_their_last_byte(self):
        self.attack("held_bodies", 40)

    def test_uploads_that_lack_their_last_byte(self):
        self.attack("held_frames", 60)

    def test_json_that_is_deep_or_of_very_many_values(self):
        self.attack("deep_json", 6)

    # ---- many

    def test_requests_one_after_the_other_without_waiting_for_answers(self):
        self.attack("pipelined_requests", 100)

    def test_requests_that_are_cut_off_anywhere(self):
        self.attack("aborted_requests", 100)

    def test_connections_that_are_half_closed(self):
        self.attack("half_open", 200)

    def test_many_submits_at_once(self):
        self.attack("many_submits", 200, path=json.dumps(self.siege.submission()))

    # ---- those who do not read

    def test_large_answers_that_are_not_read(self):
        run = self.siege.run_many(300)
        self.attack("unread_answers", 200, path=f"/api/v1/runs/{run}/task-runs?limit=1000")

    def test_a_thousand_followers_of_a_log_that_never_read(self):
        with self.siege.talking() as talk:
            path = f"/api/v1/attempts/{talk.attempt}/log?follow=1"
            self.attack("unread_streams", 1000, path=path, meanwhile=talk.end)
        self.assertEqual(talk.heard, talk.said(), "a follower that reads gets everything")

    def test_a_thousand_followers_of_events_that_never_read(self):
        background = self.siege.start_many(300)
        path = f"/api/v1/runs/{background.run}/events?follow=1"
        self.attack("unread_streams", 1000, path=path, meanwhile=background.wait)
        self.assertEqual(background.ended, 300)

    def test_a_commit_of_many_events_comes_in_pieces_and_each_event_once(self):
        for _ in range(2):  # the second time all are found in the cache, very many in one commit
            run = self.siege.home.ctl("run", "hostile.mlp", "squares", "--json").lines[-1]["id"]
        chunks = self.siege.chunks(f"/api/v1/runs/{run}/events")
        events = [json.loads(line) for line in b"".join(chunks).splitlines()]
        done = [event["task_run"] for event in events if event.get("state") == "done"]
        self.assertEqual(len(done), 400)
        self.assertEqual(len(set(done)), 400)
        self.assertGreater(len(b"".join(chunks)), 80_000)
        self.assertLess(max(map(len, chunks)), 66_000)
        commits = [event["commit"] for event in events]
        self.assertEqual(commits, sorted(commits))

    def test_a_log_line_of_a_hundred_megabytes(self):
        before = self.siege.idle
        siege.meter.reset_peak(self.siege.pid)
        out = self.siege.home.ctl("run", "hostile.mlp", "endless_line", limit=120).out
        self.assertIn("succeeded", out)
        self.assertLess(siege.meter.memory_of(self.siege.pid)[1] - before, siege.MOST_GROWTH)


if __name__ == "__main__":
    unittest.main()
