from tests.worker import WorkerTest, frame, request_head

NO_REQUEST = "00000000-0000-0000-0000-000000000000"

EXECUTE = """
    import os, sys, logging, warnings, threading
    print("during import")
    def init(): print("during init")
    def run(data): exec(data, globals())
"""


class Output(WorkerTest):
    def setUp(self) -> None:
        self.worker = self.serve(EXECUTE)
        self.started = [
            (log.head["requestId"], log.head["stream"], log.body) for log in self.worker.logs
        ]
        self.worker.logs.clear()

    def bodies(self, code: str) -> list:
        answer = self.worker.request(code.encode())
        self.assertEqual(answer.head["status"], 200, self.worker.log_text())
        return [log.body for log in self.worker.logs]

    def test_what_is_printed_at_start(self) -> None:
        self.assertEqual(
            self.started,
            [(NO_REQUEST, "stdout", b"during import\n"), (NO_REQUEST, "stdout", b"during init\n")],
        )

    def test_streams_and_request(self) -> None:
        self.worker.request(b"print('a'); print('b', file=sys.stderr)", request_id="r-7")
        self.assertEqual(
            [(log.head["stream"], log.head["requestId"], log.body) for log in self.worker.logs],
            [("stdout", "r-7", b"a\n"), ("stderr", "r-7", b"b\n")],
        )

    def test_ways_to_print(self) -> None:
        rows = [
            ("print('several\\nlines')", [b"several\n", b"lines\n"]),
            ("print('no end', end='')", [b"no end"]),
            ("print('a', end=''); print('b')", [b"ab\n"]),
            ("sys.stdout.buffer.write(b'\\x01\\n')", [b"\x01\n"]),
            ("print('\\udcff')", [b"\\udcff\n"]),
            ("sys.stdout.reconfigure(line_buffering=False); print('x')", [b"x\n"]),
            ("logging.warning('careful')", [b"WARNING:root:careful\n"]),
            ("print(sys.stdout.fileno(), sys.stderr.isatty())", [b"1 False\n"]),
            ("sys.stdout.close()", []),
        ]
        for code, expected in rows:
            with self.subTest(code):
                self.worker.logs.clear()
                self.assertEqual(self.bodies(code), expected)

    def test_log_of_ours_survives_closed_streams(self) -> None:
        self.worker.request(b"sys.stderr.close(); sys.stdout.detach(); 1 / 0")
        self.assertIn("ZeroDivisionError", self.worker.log_text("stderr"))

    def test_long_output_is_cut_into_frames(self) -> None:
        rows = [
            ("print('ä' * 100_000)", "ä" * 100_000 + "\n"),
            ("print('x' * 65536)", "x" * 65536 + "\n"),
            ("print('line of some length\\n' * 20_000)", "line of some length\n" * 20_000 + "\n"),
            ("for _ in range(70_000): print('ä', end='')", "ä" * 70_000),
        ]
        for code, expected in rows:
            with self.subTest(code):
                self.worker.logs.clear()
                bodies = self.bodies(code)
                self.assertEqual(b"".join(bodies).decode(), expected)
                self.assertLessEqual(max(map(len, bodies)), 64 * 1024)
                for body in bodies:
                    body.decode()
                if "line of" in code:
                    self.assertTrue(all(body.endswith(b"\n") for body in bodies))

    def test_much_output_in_little_memory(self) -> None:
        answer = self.worker.request(b"""
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(2_000): print('x' * 50_000)
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
""")
        self.assertEqual(answer.head["status"], 200, self.worker.log_text()[-2_000:])
        self.assertEqual(sum(len(log.body) for log in self.worker.logs), 2_000 * 50_001)

    def test_threads_do_not_tear_frames(self) -> None:
        self.bodies("""
def work(name):
    for _ in range(200): print(name * 1_000)
threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
for thread in threads: thread.start()
for thread in threads: thread.join()
""")
        self.assertEqual(
            sum(len(log.body.replace(b"\n", b"")) for log in self.worker.logs), 4 * 200 * 1_000
        )

    def test_signal_handler_that_raises_while_a_frame_is_sent(self) -> None:
        self.worker.send_bytes(
            frame(
                request_head(1),
                b"""
import signal
def alarm(*_): raise TimeoutError()
signal.signal(signal.SIGALRM, alarm)
signal.setitimer(signal.ITIMER_REAL, 0.5)
while True: print('x' * 50_000)
""",
            )
        )
        # Nothing is read, so that the worker waits inside a frame.
        self.worker.wait()
        self.assertIn("A frame was cut", self.worker.descriptor_text())

    def test_signal_handler_that_prints(self) -> None:
        self.bodies("""
import signal
signal.signal(signal.SIGALRM, lambda *_: print('tick'))
signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
for _ in range(3_000): print('x' * 3_000)
signal.setitimer(signal.ITIMER_REAL, 0)
""")
        self.assertIn("tick", self.worker.log_text() + self.worker.descriptor_text())
