import json

from tests.worker import WorkerTest

SCRIPT = """
    from inference_schema.schema_decorators import input_schema, output_schema
    from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType

    def init(): pass

    @input_schema("Inputs", StandardPythonParameterType({"rows": StandardPythonParameterType([StandardPythonParameterType(1.5)]), "free": 1}))
    @input_schema("count", StandardPythonParameterType(3))
    @input_schema("image", StandardPythonParameterType(b"abc"), optional=True)
    @output_schema(StandardPythonParameterType({"Results": [1]}))
    def run(Inputs, count, image=None, scale=2, *, request_headers):
        return {"Results": [Inputs, count, list(image or b""), scale, "Content-Type" in request_headers]}
"""

GIVEN = {"Inputs": {"rows": [1, 2.5]}, "count": 4}


class SchemaInput(WorkerTest):
    def setUp(self) -> None:
        self.worker = self.serve(SCRIPT)

    def post(self, body: object, content_type: str = "application/json"):  # type: ignore[no-untyped-def]
        encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.worker.request(encoded, headers=(("content-type", content_type),))

    def test_parameters_by_name(self) -> None:
        self.assertEqual(self.ready.head["inputs"], "schema")
        rows = [
            (GIVEN, [{"rows": [1, 2.5]}, 4, [], 2, True]),
            (
                {**GIVEN, "scale": None, "image": "YWI=", "extra": 1},
                [{"rows": [1, 2.5]}, 4, [97, 98], None, True],
            ),
            ({**GIVEN, "Inputs": {"free": "any"}}, [{"free": "any"}, 4, [], 2, True]),
        ]
        for body, result in rows:
            with self.subTest(body):
                self.assertEqual(json.loads(self.post(body).body), {"Results": result})

    def test_media_types(self) -> None:
        for content_type in (
            "application/json; charset=utf-8",
            "Application/JSON",
            "application/vnd.a+json",
        ):
            self.assertEqual(self.post(GIVEN, content_type).head["status"], 200, content_type)
        for content_type in ("text/json", "", "multipart/form-data"):
            answer = self.post(GIVEN, content_type)
            self.assertEqual(
                (answer.head["status"], answer.message),
                (415, "Expects Content-Type to be application/json"),
            )

    def test_bodies_that_are_refused(self) -> None:
        rows = [
            (b"", "POST body is empty. Expecting a JSON dictionary."),
            (b"[1]", "POST body should be a JSON dictionary."),
            (b"{", "POST body could not be decoded as JSON: "),
            (b"\xff", "POST body could not be decoded as JSON: "),
            (b"[" * 100_000, "POST body could not be decoded as JSON: "),
            (b"{}", "A value is not provided for the 'Inputs' parameter."),
            (b'{"Inputs": {}}', "A value is not provided for the 'count' parameter."),
        ]
        for body, message in rows:
            with self.subTest(message):
                answer = self.post(body)
                self.assertEqual(answer.head["status"], 400)
                self.assertTrue(answer.message.startswith(message), answer.message)
                self.assertIs(answer.head["functionFailed"], False)

    def test_values_of_another_type_fail_in_run(self) -> None:
        rows = [
            ({**GIVEN, "count": 1.5}, "Expected: <class 'int'> but got <class 'float'>"),
            ({**GIVEN, "Inputs": []}, "Expected: <class 'dict'> but got <class 'list'>"),
            ({**GIVEN, "Inputs": {"rows": 1}}, "Expected: <class 'list'> but got <class 'int'>"),
        ]
        for body, said in rows:
            with self.subTest(said):
                answer = self.post(body)
                self.assertEqual(
                    (answer.head["status"], answer.head["functionFailed"]), (500, True)
                )
                self.assertIn(said, self.worker.log_text())

    def test_get(self) -> None:
        answer = self.worker.request(method="GET", query='Inputs={"rows":[1]}&count=2', headers=())
        self.assertEqual(json.loads(answer.body), {"Results": [{"rows": [1]}, 2, [], 2, False]})

    def test_swagger(self) -> None:
        for version, name in (("2", "definitions"), ("3", "components"), ("3.1", "components")):
            document = json.loads(self.worker.ask_swagger(version).body)
            schemas = document[name] if version == "2" else document[name]["schemas"]
            self.assertEqual(
                schemas["ServiceInput"]["example"],
                {"Inputs": {"rows": [1.5], "free": 1}, "count": 3, "image": "YWJj", "scale": ""},
            )
            self.assertEqual(
                schemas["ServiceInput"]["properties"]["count"],
                {"type": "integer", "format": "int64"},
            )
            self.assertEqual(schemas["ServiceOutput"]["example"], {"Results": [1]})


class SchemaTypes(WorkerTest):
    def test_dates_and_times(self) -> None:
        worker = self.serve("""
            import datetime
            from inference_schema.schema_decorators import input_schema
            from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as T
            def init(): pass
            @input_schema("day", T(datetime.date(2020, 1, 2)))
            @input_schema("moment", T(datetime.datetime(2020, 1, 2, 3, 4)))
            @input_schema("hour", T(datetime.time(3, 4)))
            def run(day, moment, hour): return [day.isoformat(), moment.isoformat(), hour.isoformat()]
            """)
        example = json.loads(worker.ask_swagger("3").body)["components"]["schemas"][
            "ServiceInput"
        ]["example"]
        self.assertEqual(
            example,
            {
                "day": "2020-01-02",
                "moment": "2020-01-02 03:04:00.000000 +0000",
                "hour": "03:04:00.000000 +0000",
            },
        )
        rows = [
            (example, ["2020-01-02", "2020-01-02T03:04:00+00:00", "03:04:00+00:00"]),
            (
                {**example, "moment": "2021-05-06T07:08:09Z", "hour": "10:11"},
                ["2020-01-02", "2021-05-06T07:08:09+00:00", "10:11:00"],
            ),
        ]
        for body, expected in rows:
            answer = worker.request(json.dumps(body).encode())
            self.assertEqual(json.loads(answer.body), expected, worker.log_text())

    def test_what_is_refused_at_start(self) -> None:
        rows = [
            ("@input_schema('b', T(1))", 'param_name "b" is not in the decorated function'),
            (
                "@input_schema('a', 1)",
                "provided param_type must be a subclass of the AbstractParameterType",
            ),
            ("@input_schema('a', T(None))\n", "Sample input cannot be None"),
            ("@input_schema('a', T(object()))", "ensure that the data is fully JSON serializable"),
            ("@output_schema(T(1))\n@output_schema(T(1))", "output schema already defined"),
            (
                "from inference_schema.parameter_types.spark_parameter_type import SparkParameterType\n"
                "@input_schema('a', SparkParameterType(None))",
                "Add inference-schema and pyspark",
            ),
        ]
        for decorator, said in rows:
            with self.subTest(decorator):
                _, failed = self.fail_to_start(
                    "from inference_schema.schema_decorators import input_schema, output_schema\n"
                    "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as T\n"
                    "def init(): pass\n" + decorator + "\ndef run(a): return a\n"
                )
                self.assertIn(said, failed.head["message"])

    def test_type_of_the_script_whose_schema_is_not_json(self) -> None:
        _, failed = self.fail_to_start("""
            from inference_schema.schema_decorators import input_schema
            from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
            class Mine(AbstractParameterType):
                def deserialize_input(self, input_data): return input_data
                def input_to_swagger(self): return {"type": "object", "example": {1, 2}}
            def init(): pass
            @input_schema("a", Mine(1))
            def run(a): return a
            """)
        self.assertEqual(
            (failed.head["stage"], "is not JSON" in failed.head["message"]), ("checks", True)
        )

    def test_without_conversion(self) -> None:
        worker = self.serve("""
            from inference_schema.schema_decorators import input_schema
            from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as T
            def init(): pass
            @input_schema("a", T(1), convert_to_provided_type=False)
            def run(a): return a
            """)
        self.assertEqual(worker.request(b'{"a": "text"}').body, b'"text"')
