import json

from tests.worker import WorkerTest

INTERNAL = "An unexpected internal error occurred. Check the logs for more info."
FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."

EVALUATE = """
    import decimal
    from azureml.contrib.services.aml_response import AMLResponse
    class Odd:
        def __str__(self): raise RuntimeError("no text")
        __repr__ = __str__
    def recursive():
        value = []
        value.append(value)
        return value
    def init(): pass
    def run(data): return eval(data)
"""


class Answers(WorkerTest):
    def setUp(self) -> None:
        self.worker = self.serve(EVALUATE)

    def test_results_in_json(self) -> None:
        rows = [
            ("None", b"{}"),
            ("'text'", b'"text"'),
            ("[7]", b"[7]"),
            ("{'a': [1, 2.5, True, None]}", b'{"a": [1, 2.5, true, null]}'),
            ("'ä'", b'"\\u00e4"'),
            ("float('nan')", b"NaN"),
            ("('body', 418)", b'["body", 418]'),
        ]
        for expression, body in rows:
            with self.subTest(expression):
                answer = self.worker.request(expression.encode())
                self.assertEqual((answer.head["status"], answer.body), (200, body))
                self.assertEqual(answer.headers["content-type"], "application/json")
                self.assertEqual(answer.headers["x-ms-run-function-failed"], "False")
                self.assertRegex(answer.headers["x-ms-run-fn-exec-ms"], r"^\d+\.\d{3}$")
                self.assertAlmostEqual(
                    float(answer.headers["x-ms-run-fn-exec-ms"]), answer.head["execMs"]
                )
                self.assertIs(answer.head["functionFailed"], False)

    def test_results_that_json_cannot_say(self) -> None:
        rows = [
            ("b'bytes'", "run() returned a bytes, which JSON cannot say", "AMLResponse(data, 200"),
            ("(n for n in [1])", "run() returned a generator", "Return list(result)"),
            ("{'a': [1, {2}]}", "a set at result['a'][1]", "sorted(result)"),
            ("decimal.Decimal(1)", "a decimal.Decimal", "Return dicts, lists"),
            ("{(1, 2): 3}", "a tuple at result (a key)", "Return dicts, lists"),
            ("Odd()", "a score.Odd", "Return dicts, lists"),
            ("recursive()", "cannot be encoded as JSON", "Circular"),
        ]
        for expression, *said in rows:
            with self.subTest(expression):
                self.worker.logs.clear()
                answer = self.worker.request(expression.encode())
                self.assertEqual((answer.head["status"], answer.message), (500, INTERNAL))
                self.assertIs(answer.head["functionFailed"], False)
                self.assertEqual(answer.headers["x-ms-run-function-failed"], "False")
                self.assertNotIn("x-ms-run-fn-exec-ms", answer.headers)
                for part in said:
                    self.assertIn(part, self.worker.log_text("stderr"))

    def test_responses_go_out_as_they_are(self) -> None:
        answer = self.worker.request(
            b"AMLResponse(b'\\xff\\xd8', 201, {'Content-Type': 'image/jpeg', 'X-Tag': 'a, b', 'Content-Length': '9'})"
        )
        self.assertEqual(
            (answer.head["status"], answer.body, answer.head["functionFailed"]),
            (201, b"\xff\xd8", False),
        )
        headers = [
            tuple(pair) for pair in answer.head["headers"] if pair[0] != "x-ms-run-fn-exec-ms"
        ]
        self.assertEqual(
            headers,
            [
                ("x-ms-run-function-failed", "False"),
                ("content-type", "image/jpeg"),
                ("x-tag", "a"),
                ("x-tag", "b"),
            ],
        )
        self.assertIsNotNone(answer.head["execMs"])

    def test_what_a_response_makes_of_its_message(self) -> None:
        rows = [
            ("AMLResponse(None, 200)", b"{}", "application/json"),
            ("AMLResponse({'a': 1}, 200, json_str=True)", b'{"a": 1}', "application/json"),
            ("AMLResponse('text', '200 OK')", b"text", "text/html; charset=utf-8"),
            ("AMLResponse('text', 200, {'content-type': 'text/csv'})", b"text", "text/csv"),
            (
                "AMLResponse((part for part in ['a', b'b']), 200)",
                b"ab",
                "text/html; charset=utf-8",
            ),
        ]
        for expression, body, content_type in rows:
            with self.subTest(expression):
                answer = self.worker.request(expression.encode())
                self.assertEqual(
                    (answer.body, answer.headers["content-type"]), (body, content_type)
                )

    def test_response_that_says_that_it_failed(self) -> None:
        for expression in (
            "AMLResponse('no', 503)",
            "AMLResponse('no', 200, run_function_failed=True)",
        ):
            answer = self.worker.request(expression.encode())
            self.assertEqual(answer.headers["x-ms-run-function-failed"], "True", expression)
            self.assertIs(answer.head["functionFailed"], True)

    def test_responses_that_http_forbids(self) -> None:
        rows = [
            ("AMLResponse('x', 200, {'x': 'a\\r\\nset-cookie: b'})", 500, INTERNAL),
            ("AMLResponse('x', 200, {'x': '\u2713'})", 500, INTERNAL),
            ("AMLResponse('x', 200, {'a b': 'c'})", 500, INTERNAL),
            ("AMLResponse('x', 99)", 500, INTERNAL),
            ("AMLResponse({'a': 1}, 200)", 500, FAILED),
        ]
        for expression, status, message in rows:
            answer = self.worker.request(expression.encode())
            self.assertEqual(
                (answer.head["status"], answer.message), (status, message), expression
            )

    def test_run_that_raises(self) -> None:
        answer = self.worker.request(b"1 / 0", request_id="r-1")
        self.assertEqual((answer.head["status"], answer.message), (500, FAILED))
        self.assertEqual(answer.headers["x-ms-run-function-failed"], "True")
        self.assertIs(answer.head["functionFailed"], True)
        self.assertNotIn("x-ms-run-fn-exec-ms", answer.headers)
        self.assertIn("ZeroDivisionError: division by zero", self.worker.log_text("stderr"))
        self.assertIn('score.py", line', self.worker.log_text("stderr"))
        self.assertEqual({log.head["requestId"] for log in self.worker.logs}, {"r-1"})

    def test_run_that_leaves(self) -> None:
        for expression in (
            "exit(4)",
            "(_ for _ in ()).throw(KeyboardInterrupt)",
            "(_ for _ in ()).throw(GeneratorExit)",
        ):
            answer = self.worker.request(expression.encode())
            self.assertEqual((answer.head["status"], answer.message), (500, FAILED), expression)
        self.assertEqual(self.worker.request(b"'still here'").body, b'"still here"')

    def test_run_that_is_a_coroutine(self) -> None:
        worker = self.serve("def init(): pass\nasync def run(data): return data\n")
        self.assertEqual(json.loads(worker.request().body)["message"], INTERNAL)
        self.assertIn("Define run() with def, not async def", worker.log_text())
