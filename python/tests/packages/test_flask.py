import json

from tests.worker import WorkerTest


class RealRequestsAndResponses(WorkerTest):
    """With azureml-contrib-services and Flask installed."""

    def test_the_real_request_and_response(self) -> None:
        worker = self.serve("""
            import flask
            from azureml.contrib.services.aml_request import AMLRequest, rawhttp
            from azureml.contrib.services.aml_response import AMLResponse
            def init(): pass
            @rawhttp
            def run(request):
                assert issubclass(AMLRequest, flask.Request) and isinstance(request, flask.Request)
                image = request.files["image"]
                said = [request.method, request.full_path, request.form["label"], image.filename, len(image.read())]
                return AMLResponse(said, 201, {"X-Tag": "a, b"}, json_str=True)
            """)
        self.assertEqual(self.ready.head["inputs"], "raw")
        body = (
            (
                b'--b\\r\\nContent-Disposition: form-data; name="label"\\r\\n\\r\\nseven\\r\\n'
                b'--b\\r\\nContent-Disposition: form-data; name="image"; filename="a.jpg"\\r\\n\\r\\n\\xff\\xd8\\r\\n--b--\\r\\n'
            )
            .decode("unicode_escape")
            .encode("latin-1")
        )
        headers = (
            ("Content-Type", "multipart/form-data; boundary=b"),
            ("Content-Length", str(len(body))),
        )
        answer = worker.request(body, headers=headers, query="a=1")
        self.assertEqual(answer.head["status"], 201, worker.log_text())
        self.assertEqual(json.loads(answer.body), ["POST", "/score?a=1", "seven", "a.jpg", 2])
        tags = [value for name, value in answer.head["headers"] if name == "x-tag"]
        self.assertEqual((tags, answer.headers["x-ms-run-function-failed"]), (["a", "b"], "False"))
        self.assertNotIn("content-length", answer.headers)

    def test_responses_of_flask(self) -> None:
        worker = self.serve("""
            import flask
            def init(): pass
            def run(data): return eval(data)
            """)
        rows = [
            ("flask.Response('text', 203)", 203, b"text", None),
            ("flask.Response((part for part in ['a', 'b']))", 200, b"ab", None),
            ("flask.Response('no', 503)", 503, b"no", "True"),
        ]
        for expression, status, body, failed in rows:
            answer = worker.request(expression.encode())
            self.assertEqual(
                (answer.head["status"], answer.body), (status, body), worker.log_text()
            )
            self.assertEqual(answer.headers.get("x-ms-run-function-failed"), failed)

    def test_json_of_the_request(self) -> None:
        worker = self.serve("""
            from azureml.contrib.services.aml_request import rawhttp
            def init(): pass
            @rawhttp
            def run(request): return [request.json, request.get_data(False).decode(), request.headers["X-Tag"]]
            """)
        answer = worker.request(
            b'{"a": 1}', headers=(("content-type", "application/json"), ("x-tag", "t"))
        )
        self.assertEqual(json.loads(answer.body), [{"a": 1}, '{"a": 1}', "t"])
