import json
import os
import tempfile

from tests.worker import WorkerTest

IMPORTS = """
    import importlib
    def init(): pass
    def run(data):
        found = {}
        for name in json_names:
            try:
                found[name] = vars(importlib.import_module(name)).get("origin", "ours")
            except ImportError as error:
                found[name] = str(error)
        return found
    json_names = %r
"""

OURS = [
    "azureml.core",
    "azureml.core.model",
    "azureml.contrib.services",
    "azureml.contrib.services.aml_request",
    "azureml.contrib.services.aml_response",
    "azureml.monitoring",
    "azureml_inference_server_http.api.aml_request",
    "azureml_inference_server_http.api.aml_response",
    "inference_schema.schema_decorators",
    "inference_schema.schema_util",
    "inference_schema.parameter_types.standard_py_parameter_type",
    "inference_schema.parameter_types.spark_parameter_type",
]

EXTEND = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
REAL = "origin = 'real'\nclass Model: pass\n"


class InstalledPackagesWin(WorkerTest):
    def found_with(self, files: dict) -> dict:
        with tempfile.TemporaryDirectory() as site:
            for path, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(site, path)), exist_ok=True)
                with open(os.path.join(site, path), "w", encoding="utf-8") as file:
                    file.write(text)
            self.python_path = (site,)
            worker = self.serve(IMPORTS % OURS)
            return json.loads(worker.request().body)

    def test_nothing_is_installed(self) -> None:
        self.assertEqual(self.found_with({"unrelated.py": ""}), dict.fromkeys(OURS, "ours"))

    def test_azureml_core_is_installed(self) -> None:
        real = {"azureml.core": "real", "azureml.core.model": "real"}
        core = {"azureml/core/__init__.py": REAL, "azureml/core/model.py": REAL}
        rows = {
            "as a namespace of pkgutil": {**core, "azureml/__init__.py": EXTEND},
            "as a namespace without a file": core,
            "made when the interpreter starts": {
                **core,
                "sitecustomize.py": "import os, sys, types\n"
                "module = sys.modules.setdefault('azureml', types.ModuleType('azureml'))\n"
                "module.__path__ = [os.path.join(os.path.dirname(__file__), 'azureml')]\n",
            },
        }
        for name, files in rows.items():
            with self.subTest(name):
                self.assertEqual(self.found_with(files), {**dict.fromkeys(OURS, "ours"), **real})

    def test_another_package_of_contrib_is_installed(self) -> None:
        files = {
            "azureml/__init__.py": EXTEND,
            "azureml/contrib/__init__.py": EXTEND,
            "azureml/contrib/other/__init__.py": REAL,
        }
        self.assertEqual(self.found_with(files), dict.fromkeys(OURS, "ours"))

    def test_inference_schema_is_installed(self) -> None:
        found = self.found_with(
            {"inference_schema/__init__.py": "", "inference_schema/schema_decorators.py": REAL}
        )
        self.assertEqual(found["inference_schema.schema_decorators"], "real")
        self.assertIn(
            "No module named 'inference_schema.schema_util'", found["inference_schema.schema_util"]
        )


class ModelPath(WorkerTest):
    def found(self, expression: str, files: list, **environment: str) -> object:
        worker = self.serve(
            """
            import os
            from azureml.core import Model
            def init():
                for path in {!r}:
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    open(path, "w").close()
            def run(data):
                try:
                    return os.path.relpath({}, os.environ["AML_APP_ROOT"])
                except Exception as error:
                    return "{{}}: {{}}".format(type(error).__name__, error)
            """.format(files, expression),
            **environment,
        )
        return json.loads(worker.request().body)

    def test_where_a_model_is(self) -> None:
        one = ["models/mnist/3/model/weights.bin"]
        several = [
            "models/mnist/3/weights.bin",
            "models/mnist/11/a",
            "models/mnist/11/b",
            "models/other/1/x.onnx",
        ]
        folder = {"AZUREML_MODEL_DIR": "models"}
        rows = [
            (
                "Model.get_model_path('mnist')",
                one,
                {"AZUREML_MODEL_DIR": "models/mnist/3"},
                "models/mnist/3/model",
            ),
            (
                "Model.get_model_path('mnist', version=3)",
                several,
                folder,
                "models/mnist/3/weights.bin",
            ),
            ("Model.get_model_path('mnist', None, None)", several, folder, "models/mnist/11"),
            ("Model.get_model_path('other')", several, folder, "models/other/1/x.onnx"),
            (
                "Model.get_model_path('x')",
                ["azureml-models/x/2/m.pkl"],
                {},
                "azureml-models/x/2/m.pkl",
            ),
            ("Model.get_model_path('local.pkl')", ["./local.pkl"], {}, "local.pkl"),
            (
                "Model.get_model_path('mnist', '3')",
                several,
                folder,
                "TypeError: version must be an int, not '3'.",
            ),
            (
                "Model.get_model_path('mnist', 4)",
                several,
                folder,
                "ModelNotFoundException: Model mnist:4 is not part of this deployment, "
                "which has mnist:11, mnist:3, other:1.",
            ),
        ]
        for expression, files, environment, expected in rows:
            with self.subTest(expression):
                self.assertEqual(self.found(expression, files, **environment), expected)

    def test_what_else_the_real_package_has(self) -> None:
        _, failed = self.fail_to_start("from azureml.core import Workspace")
        self.assertIn("add azureml-core to the environment's pip packages", failed.head["message"])


class DataCollection(WorkerTest):
    script = """
        import os
        from azureml.monitoring import ModelDataCollector
        def init():
            global inputs
            inputs = ModelDataCollector("mnist", designation="inputs", feature_names=["a", "b"], webservice_name="x")
        def run(data):
            inputs.collect(eval(data), user_correlation_id="c-1")
    """

    def test_rows_go_to_the_replica(self) -> None:
        worker = self.serve(self.script, AML_MODEL_DC_STORAGE_ENABLED="true")
        rows = [
            ("[1, 2]", [[1, 2]]),
            ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
            ("7", [[7]]),
            ("(1, 'x')", [[1, "x"]]),
            ("[float('nan'), [float('-inf')]]", [["NaN", ["-Infinity"]]]),
        ]
        for data, expected in rows:
            with self.subTest(data):
                worker.collected.clear()
                self.assertEqual(
                    worker.request(data.encode(), request_id="r-9").head["status"], 200
                )
                (frame,) = worker.collected
                self.assertEqual(json.loads(frame.body), expected)
                self.assertEqual(
                    frame.head,
                    {
                        "type": "collect",
                        "requestId": "r-9",
                        "model": "mnist",
                        "designation": "inputs",
                        "features": ["a", "b"],
                        "correlationId": "c-1",
                    },
                )

    def test_what_cannot_be_collected_is_said_and_harms_nobody(self) -> None:
        worker = self.serve(self.script, AML_MODEL_DC_STORAGE_ENABLED="True")
        for data, said in (
            ("b'image'", "only rows of numbers"),
            ("['x' * 5_000_000]", "collects at most"),
        ):
            self.assertEqual(worker.request(data.encode()).head["status"], 200)
            self.assertIn(said, worker.log_text("stderr"))
        self.assertEqual(worker.collected, [])

    def test_off_by_default(self) -> None:
        worker = self.serve(self.script)
        worker.request(b"[1, 2]")
        self.assertEqual((worker.collected, worker.logs), ([], []))
