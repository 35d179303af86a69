import json
from typing import Any, Dict, Tuple

from tests.worker import Worker, WorkerTest


def score(worker: Worker, **given: Any) -> Tuple[int, Dict[str, Any]]:
    answer = worker.request(json.dumps(given).encode(), request_id="mini-batch 0")
    assert answer is not None
    return answer.head["status"], json.loads(answer.body)


class Batch(WorkerTest):
    def serve_batch(self, script: str, mode: str = "batch") -> Worker:
        return self.serve(script, SLIPWAY_ENTRY_MODE=mode)

    def test_init_is_optional_and_files_are_paths(self) -> None:
        worker = self.serve_batch("def run(mini_batch): return [path.upper() for path in mini_batch]")
        self.assertEqual(self.ready.head["inputs"], "batch")
        answer = {"succeeded": 2, "text": "/A\n/B\n"}
        self.assertEqual(score(worker, files=["/a", "/b"]), (200, answer))

    def test_rows_are_a_list_where_there_is_no_pandas_and_the_log_says_so(self) -> None:
        worker = self.serve_batch(
            """
            import sys
            sys.modules["pandas"] = None
            def init():
                global factor
                factor = 2
            def run(rows):
                print("rows", len(rows))
                return [row["a"] * factor for row in rows]
            """
        )
        rows = [{"a": 1}, {"a": 12345678901234567890}]
        answer = {"succeeded": 2, "text": "2\n24691357802469135780\n"}
        self.assertEqual(score(worker, rows=rows), (200, answer))
        self.assertIn("run() gets rows as a list", worker.log_text("stderr"))
        self.assertEqual(worker.log_text("stdout"), "rows 2\n")
        self.assertEqual(worker.logs[-1].head["requestId"], "mini-batch 0")

    def test_an_element_is_a_line(self) -> None:
        rows = [
            ("['a b', 'two\\nlines']", "a b\ntwo\\nlines\n"),
            ("({'a': [1]}, None, 1.5)", '{"a": [1]}\nnull\n1.5\n'),
            ("[]", ""),
        ]
        for result, text in rows:
            with self.subTest(result):
                worker = self.serve_batch("def run(mini_batch): return " + result)
                status, answer = score(worker, files=["/a"] * 3)
                self.assertEqual((status, answer["text"]), (200, text))

    def test_what_run_may_not_return(self) -> None:
        rows = [
            ("None", "run() returned nothing, but it must return a list"),
            ("'text'", "run() returned a str, but it must return a list"),
            ("[1, 2]", "run() returned 2 elements for 1 items"),
            ("[{1}]", "set"),
            ("1 / 0", "run() raised ZeroDivisionError: division by zero"),
            ("exit(3)", "run() raised SystemExit: 3"),
        ]
        for result, message in rows:
            with self.subTest(result):
                worker = self.serve_batch("def run(mini_batch): return " + result)
                status, answer = score(worker, files=["/a"])
                self.assertEqual(status, 500)
                self.assertIn(message, answer["message"])
                self.assertIn(message.replace("run() raised ", ""), worker.log_text("stderr"))
                self.assertEqual(score(worker, files=["/a"])[0], 500)

    def test_results_that_are_only_counted(self) -> None:
        worker = self.serve_batch("def run(mini_batch): return mini_batch", "batch-summary")
        answer = {"succeeded": 2, "text": ""}
        self.assertEqual(score(worker, files=["/a", "/b"]), (200, answer))

    def test_run_must_take_one_argument(self) -> None:
        rows = [
            ("def run(): return []", "run() is called with one argument, the mini-batch"),
            ("def run(a, b): return []", "run() is called with one argument, the mini-batch"),
            ("run = 3", "does not have a run() function defined."),
        ]
        for script, message in rows:
            with self.subTest(script):
                _, failed = self.fail_to_start(script, SLIPWAY_ENTRY_MODE="batch")
                self.assertEqual(failed.head["stage"], "checks")
                self.assertIn(message, failed.head["message"])
