import json

from tests.worker import WorkerTest

INTERNAL = "An unexpected internal error occurred. Check the logs for more info."

EVALUATE = """
    import numpy as np, pandas as pd
    def init(): pass
    def run(data): return eval(data)
"""

#: An expression, its type as the log names it, and what it is encoded as when that is asked for.
RESULTS = [
    ("np.array([7])", "numpy.ndarray", [7]),
    ("np.array(7)", "numpy.ndarray", 7),
    ("np.int64(7)", "numpy.int64", 7),
    (
        "[1, {'scores': np.float32(0.5)}]",
        "numpy.float32 at result[1]['scores']",
        [1, {"scores": 0.5}],
    ),
    ("{np.int64(3): 1}", "numpy.int64 at result (a key)", {"3": 1}),
    ("(np.bool_(True), None, 'x')", "at result[0]", [True, None, "x"]),
    ("np.array([{'a': np.array([1.5])}, None])", "numpy.ndarray", [{"a": [1.5]}, None]),
    ("np.zeros((2, 0, 3))", "numpy.ndarray", [[], []]),
    ("np.array([(1, 2.5)], dtype=[('a', 'i4'), ('b', 'f8')])", "numpy.ndarray", [[1, 2.5]]),
]


class NumpyResults(WorkerTest):
    def test_are_internal_errors_with_advice(self) -> None:
        worker = self.serve(EVALUATE)
        for expression, kind, _ in RESULTS:
            with self.subTest(expression):
                worker.logs.clear()
                answer = worker.request(expression.encode())
                self.assertEqual((answer.head["status"], answer.message), (500, INTERNAL))
                self.assertIs(answer.head["functionFailed"], False)
                self.assertIn(kind, worker.log_text("stderr"))
                self.assertIn("--encode-numpy (SLIPWAY_ENCODE_NUMPY=1)", worker.log_text("stderr"))

    def test_are_encoded_where_asked(self) -> None:
        worker = self.serve(EVALUATE, SLIPWAY_ENCODE_NUMPY="1")
        for expression, _, expected in RESULTS:
            with self.subTest(expression):
                answer = worker.request(expression.encode())
                self.assertEqual(
                    (answer.head["status"], json.loads(answer.body)),
                    (200, expected),
                    worker.log_text(),
                )

    def test_float64_is_a_float(self) -> None:
        self.assertEqual(self.serve(EVALUATE).request(b"[np.float64(0.1)]").body, b"[0.1]")

    def test_frames_of_pandas(self) -> None:
        worker = self.serve(EVALUATE, SLIPWAY_ENCODE_NUMPY="1")
        self.assertEqual(worker.request(b"pd.DataFrame({'a': [1]})").head["status"], 500)
        self.assertIn("result.to_dict(orient='records')", worker.log_text())


class CollectedData(WorkerTest):
    def test_arrays_and_frames(self) -> None:
        worker = self.serve(
            """
            import numpy as np, pandas as pd
            from azureml.monitoring import ModelDataCollector
            def init(): pass
            def run(data): ModelDataCollector("mnist").collect(eval(data))
            """,
            AML_MODEL_DC_STORAGE_ENABLED="true",
        )
        rows = [
            ("np.arange(4.0).reshape(2, 2)", None, [[0, 1], [2, 3]]),
            ("np.array([1, 2])", None, [[1, 2]]),
            ("pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", ["a", "b"], [[1, "x"], [2, "y"]]),
        ]
        for expression, features, expected in rows:
            with self.subTest(expression):
                worker.collected.clear()
                worker.request(expression.encode())
                (frame,) = worker.collected
                self.assertEqual(
                    (frame.head["features"], json.loads(frame.body)), (features, expected)
                )
