import json

from tests.worker import WorkerTest


class BatchTables(WorkerTest):
    def test_rows_are_a_data_frame_and_results_of_any_kind_are_lines(self) -> None:
        rows = [{"id": 1, "name": "a b"}, {"id": 2, "name": "c"}]
        results = [
            ("rows", '1 "a b"\n2 c\n'),
            ("rows[rows.id > 1]", "2 c\n"),
            ("rows.id * 2", "2\n4\n"),
            ("rows.id.to_numpy() / 2", "0.5\n1.0\n"),
            ("np.eye(2)", "[1.0, 0.0]\n[0.0, 1.0]\n"),
            ("[{'sum': np.int64(3)}, np.array([1])]", '{"sum": 3}\n[1]\n'),
            ("[rows.shape, str(rows.dtypes['id'])]", "[2, 2]\nint64\n"),
        ]
        for result, text in results:
            with self.subTest(result):
                script = "import numpy as np\ndef run(rows): return " + result
                worker = self.serve(script, SLIPWAY_ENTRY_MODE="batch")
                answer = worker.request(json.dumps({"rows": rows}).encode())
                assert answer is not None
                self.assertEqual(answer.head["status"], 200, answer.body)
                self.assertEqual(json.loads(answer.body)["text"], text)
                self.assertIn("run() gets rows as a DataFrame of pandas", worker.log_text())
