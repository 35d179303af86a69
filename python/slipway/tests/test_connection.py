"""When channels are opened and closed."""

import unittest

from slipway.accel.connection import Connection


class Channel:
    def __init__(self, events, number):
        self.events, self.number = events, number
        events.append(f"open {number}")

    def close(self):
        self.events.append(f"close {self.number}")


class Connections(unittest.TestCase):
    def setUp(self):
        self.events = []

    def connect(self):
        return Channel(
            self.events, len([event for event in self.events if event.startswith("open")]) + 1
        )

    def test_what_runs_on_a_replaced_channel_goes_on(self):
        connection = Connection(self.connect, idle_seconds=60)
        with connection.use() as first:
            connection.renew()
            with connection.use() as second:
                self.assertEqual((first.number, second.number), (1, 2))
            self.assertEqual(self.events, ["open 1", "open 2"])
        self.assertEqual(self.events, ["open 1", "open 2", "close 1"])

    def test_a_channel_is_used_again_unless_nobody_used_it_for_too_long(self):
        for idle_seconds, expected in ((60, ["open 1"]), (-1, ["open 1", "close 1", "open 2"])):
            self.events = []
            connection = Connection(self.connect, idle_seconds)
            for _ in range(2):
                with connection.use():
                    pass
            self.assertEqual(self.events, expected)

    def test_renewing_what_was_never_opened_does_nothing(self):
        Connection(self.connect, idle_seconds=60).renew()
        self.assertEqual(self.events, [])
