import json

from tests.worker import WorkerTest

SCRIPT = """
    import json, os
    def init():
        for name in os.environ.get("FILES", "").split():
            with open(name, "w") as file: json.dump({"from": name}, file)
    def run(data): return data
"""


class SwaggerDocuments(WorkerTest):
    def test_of_a_script_without_schemas(self) -> None:
        worker = self.serve(
            SCRIPT,
            SERVICE_NAME="mnist",
            SERVICE_PATH_PREFIX="api/v1/service/mnist/",
            SERVICE_VERSION="7",
        )
        operations = {
            "/api/v1/service/mnist/": ("get", "ServiceHealthCheck"),
            "/api/v1/service/mnist/score": ("post", "RunMLService"),
            "/api/v1/service/mnist/swagger.json": ("get", "GetSwaggerSpec"),
        }
        for version, language in (("2", "2.0"), ("3", "3.0.3"), ("3.1", "3.1.0")):
            answer = worker.ask_swagger(version)
            document = json.loads(answer.body)
            self.assertEqual(
                (answer.head["status"], answer.headers["content-type"]), (200, "application/json")
            )
            self.assertEqual(document.get("swagger") or document["openapi"], language)
            self.assertEqual(
                (document["info"]["title"], document["info"]["version"]), ("mnist", "7")
            )
            found = {
                path: (method, operation["operationId"])
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
            }
            self.assertEqual(found, operations)
            schemas = (
                document["definitions"] if version == "2" else document["components"]["schemas"]
            )
            self.assertEqual(schemas["ServiceInput"], {"type": "object", "example": {}})
            self.assertEqual(schemas["ServiceOutput"], {"type": "object", "example": {}})
            self.assertEqual(list(schemas["ErrorResponse"]["properties"]), ["message"])
            schemes = (
                document["securityDefinitions"]
                if version == "2"
                else document["components"]["securitySchemes"]
            )
            self.assertEqual(
                (schemes["Bearer"]["in"], schemes["Bearer"]["name"]), ("header", "Authorization")
            )

    def test_versions_that_there_are_not(self) -> None:
        answer = self.serve(SCRIPT).ask_swagger("4")
        self.assertEqual(
            (answer.head["status"], answer.message),
            (404, "Swagger version [4] is not valid. Supported versions: [2, 3, 3.1]."),
        )

    def test_version_that_the_schema_cannot_be_said_in(self) -> None:
        worker = self.serve("""
            from inference_schema.schema_decorators import input_schema
            from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
            def init(): pass
            @input_schema("a", StandardPythonParameterType([1, "mixed"]))
            def run(a): return a
            """)
        answer = worker.ask_swagger("2")
        self.assertEqual(
            (answer.head["status"], answer.message),
            (
                404,
                "Swagger version [2] is not supported for the scoring script. Supported swagger versions: [3, 3.1].",
            ),
        )
        self.assertEqual(worker.ask_swagger("3.0").head["status"], 200)

    def test_files_of_the_app_root_win(self) -> None:
        rows = [
            ("swagger.json swagger2.json", ["swagger.json", None, None]),
            ("swagger2.json swagger3.json", ["swagger2.json", "swagger3.json", None]),
        ]
        for files, expected in rows:
            worker = self.serve(SCRIPT, FILES=files)
            found = [
                json.loads(worker.ask_swagger(version).body).get("from")
                for version in ("2", "3", "3.1")
            ]
            self.assertEqual(found, expected)

    def test_file_that_is_not_json(self) -> None:
        _, failed = self.fail_to_start("""
            def init():
                with open("swagger3.json", "w") as file: file.write("{")
            def run(data): return data
            """)
        self.assertEqual(failed.head["stage"], "checks")
        self.assertRegex(
            failed.head["message"],
            r"The swagger file .*/swagger3\.json cannot be used\. .*JSONDecodeError",
        )
