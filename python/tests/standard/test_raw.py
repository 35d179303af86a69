import json

from tests.worker import WorkerTest

BOUNDARY = b"--frontier"

FORM = (
    b"a preamble\r\n"
    + BOUNDARY
    + b'\r\nContent-Disposition: form-data; name="label"\r\n\r\n'
    + "größe\r\n".encode()
    + BOUNDARY
    + '\r\nContent-Disposition: form-data; name="image"; filename="ä.jpg"\r\n'.encode()
    + b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n\x00-- \r\n"
    + BOUNDARY
    + b'\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n'
    + BOUNDARY
    + b"--\r\n"
)


class Raw(WorkerTest):
    import_line = "from azureml.contrib.services.aml_request import AMLRequest, rawhttp"

    def serve_raw(self, expression: str) -> None:
        self.worker = self.serve("""
            {}
            def init(): pass
            @rawhttp
            def run(request): return {}
            """.format(self.import_line, expression))

    def answer(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        return json.loads(self.worker.request(*args, **kwargs).body)

    def test_whole_request(self) -> None:
        self.serve_raw(
            "[request.method, request.path, request.full_path, len(request.get_data(False)), request.get_data(as_text=True),"
            " request.headers['x-tag'], request.headers.get('Missing', 'none'), request.args.get('a'),"
            " request.args.getlist('a'), request.content_type, request.mimetype]"
        )
        self.assertEqual(self.ready.head["inputs"], "raw")
        self.assertEqual(
            self.answer(
                "ä".encode(),
                "PUT",
                headers=(("X-Tag", "t"), ("Content-Type", "Text/Plain; charset=x")),
                query="a=1&a=%32&b",
            ),
            [
                "PUT",
                "/score",
                "/score?a=1&a=%32&b",
                2,
                "ä",
                "t",
                "none",
                "1",
                ["1", "2"],
                "Text/Plain; charset=x",
                "text/plain",
            ],
        )

    def test_get_and_options(self) -> None:
        self.serve_raw("[request.method, request.full_path]")
        for method in ("GET", "OPTIONS"):
            self.assertEqual(self.answer(method=method, headers=()), [method, "/score?"])

    def test_json(self) -> None:
        self.serve_raw(
            "request.get_json(force='force' in request.args, silent='silent' in request.args)"
        )
        self.assertEqual(self.answer(b'{"a": 1}'), {"a": 1})
        self.assertEqual(self.answer(b"[1]", headers=(), query="force"), [1])
        self.assertEqual(self.answer(b"[1", query="silent"), {})

    def test_forms(self) -> None:
        self.serve_raw(
            "[dict(request.form), list(request.files), request.files['image'].filename,"
            " request.files['image'].content_type, list(request.files['image'].read())]"
        )
        answer = self.answer(
            FORM, headers=(("Content-Type", 'multipart/form-data; boundary="frontier"'),)
        )
        self.assertEqual(
            answer,
            [
                {"label": "größe", "empty": ""},
                ["image"],
                "ä.jpg",
                "image/jpeg",
                list(b"\xff\xd8\r\n\x00-- "),
            ],
        )

    def test_forms_in_the_address_encoding(self) -> None:
        self.serve_raw("request.form.to_dict(flat=False)")
        answer = self.answer(
            b"a=1&a=%C3%A4&b=", headers=(("Content-Type", "application/x-www-form-urlencoded"),)
        )
        self.assertEqual(answer, {"a": ["1", "ä"], "b": [""]})


class RawOfTheInferenceServer(Raw):
    import_line = "from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp"


class BrokenForms(WorkerTest):
    def test_fail_the_request_alone(self) -> None:
        worker = self.serve("""
            from azureml.contrib.services.aml_request import rawhttp
            def init(): pass
            @rawhttp
            def run(request): return list(request.files)
            """)
        rows = [
            (FORM[:-20], 'multipart/form-data; boundary="frontier"', "ends inside a part"),
            (FORM, "multipart/form-data; boundary=other", "does not contain its boundary"),
            (FORM, "multipart/form-data", "has no boundary"),
            (b"", "multipart/form-data; boundary=frontier", "does not contain its boundary"),
        ]
        for body, content_type, said in rows:
            with self.subTest(said):
                worker.logs.clear()
                self.assertEqual(
                    worker.request(body, headers=(("Content-Type", content_type),)).head["status"],
                    500,
                )
                self.assertIn(said, worker.log_text())
