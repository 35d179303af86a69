import json

from tests.worker import WorkerTest, frame, request_head


class TextInput(WorkerTest):
    def setUp(self) -> None:
        self.worker = self.serve("""
            def init(): pass
            def run(data): return data
            """)

    def test_body_is_text_whatever_its_type(self) -> None:
        answer = self.worker.request(
            '{"ä": 1}'.encode(), headers=(("Content-Type", "image/jpeg"),)
        )
        self.assertEqual((answer.head["status"], json.loads(answer.body)), (200, '{"ä": 1}'))

    def test_body_that_is_not_utf8(self) -> None:
        answer = self.worker.request(b"\xff\xfe")
        self.assertEqual((answer.head["status"], answer.head["functionFailed"]), (400, False))
        self.assertIn("Input cannot be decoded as UTF-8: ", answer.message)

    def test_query_of_get_is_json(self) -> None:
        rows = [
            ("", {}),
            ("a=1&b=[1,2]&c=a&d=null", {"a": 1, "b": [1, 2], "c": "a", "d": None}),
            ("foo=bar1&foo=2&x=", {"foo": ["bar1", 2], "x": ""}),
            ("t=a%20b+c&t=%7B%22k%22%3A1%7D", {"t": ["a b c", {"k": 1}]}),
        ]
        for query, expected in rows:
            with self.subTest(query):
                answer = self.worker.request(method="GET", query=query)
                self.assertEqual(json.loads(json.loads(answer.body)), expected)

    def test_other_methods(self) -> None:
        answer = self.worker.request(method="PUT")
        self.assertEqual((answer.head["status"], answer.message), (405, "Method not allowed"))

    def test_large_bodies_both_ways(self) -> None:
        for size in (256 * 1024 - 200, 256 * 1024, 5_000_000):
            with self.subTest(size):
                self.assertEqual(self.worker.request(b"x" * size).body, b'"' + b"x" * size + b'"')


class FramesTogetherAndInPieces(WorkerTest):
    def test_are_answered_in_their_order(self) -> None:
        worker = self.serve("def init(): pass\ndef run(data): return len(data)\n")
        # More than the worker's buffer holds, so that some cross its end; and cut inside lengths,
        # heads and bodies.
        together = b"".join(frame(request_head(number), b"y" * 3_000) for number in range(100))
        for step in (3_001, 3_140, 20_011, len(together)):
            for start in range(0, len(together), step):
                worker.send_bytes(together[start : start + step])
            for number in range(100):
                answer = worker.receive()
                assert answer is not None
                self.assertEqual((answer.head["id"], answer.body), (number, b"3000"))


class RequestHeaders(WorkerTest):
    def test_headers_come_as_a_dict(self) -> None:
        worker = self.serve("""
            def init(): pass
            def run(data, request_headers): return request_headers
            """)
        answer = worker.request(
            headers=(("content-type", "a/b"), ("x-ms-REQUEST-id", "1"), ("x", "1"), ("X", "2"))
        )
        self.assertEqual(
            json.loads(answer.body), {"Content-Type": "a/b", "X-Ms-Request-Id": "1", "X": "1,2"}
        )
