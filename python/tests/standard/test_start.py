import os

from tests.worker import WorkerTest

IDENTITY = """
    def init(): pass
    def run(data): return data
"""


class Start(WorkerTest):
    def test_says_what_it_hosts(self) -> None:
        self.serve(IDENTITY)
        self.assertEqual(self.ready.head["inputs"], "text")
        self.assertRegex(self.ready.head["python"], r"^3\.\d+\.\d+")
        self.assertIsInstance(self.ready.head["packages"], dict)

    def test_init_runs_once(self) -> None:
        worker = self.serve("""
            calls = 0
            def init():
                global calls
                calls += 1
            def run(data): return calls
            """)
        self.assertEqual([worker.request(b"").body for _ in range(3)], [b"1"] * 3)

    def test_script_that_cannot_be_imported(self) -> None:
        worker, failed = self.fail_to_start(
            "import no_such_package\ndef init(): pass\ndef run(data): return data\n"
        )
        self.assertEqual(failed.head["stage"], "import")
        self.assertIn(
            "ModuleNotFoundError: No module named 'no_such_package'", failed.head["message"]
        )
        self.assertTrue(failed.body.startswith(b"Traceback"), failed.body)
        self.assertIn(b'score.py", line 1', failed.body)
        self.assertNotIn(b"slipway_entry", failed.body)
        self.assertIsNone(worker.receive())
        self.assertIn("No module named 'no_such_package'", worker.log_text("stderr"))
        self.assertNotIn("Exception ignored", worker.log_text())

    def test_script_that_leaves_while_it_is_imported(self) -> None:
        _, failed = self.fail_to_start("import sys\nsys.exit(0)\n")
        self.assertEqual(
            (failed.head["stage"], "SystemExit: 0" in failed.head["message"]), ("import", True)
        )

    def test_script_that_does_not_exist(self) -> None:
        _, failed = self.fail_to_start(IDENTITY, AZUREML_ENTRY_SCRIPT="src/score.py")
        self.assertEqual(failed.head["stage"], "import")
        self.assertRegex(
            failed.head["message"],
            r"entry script .*/src/score\.py does not exist.*holds score\.py",
        )

    def test_module_main_is_the_script_if_none_is_named(self) -> None:
        _, failed = self.fail_to_start(IDENTITY, AZUREML_ENTRY_SCRIPT="")
        self.assertIn("No module named 'main'", failed.head["message"])

    def test_functions_that_are_missing_or_wrong(self) -> None:
        rows = [
            ("def run(data): return data", "does not have a init() function defined."),
            ("def init(): pass", "does not have a run() function defined."),
            (
                "def init(): pass\ndef run(*args): pass",
                "run() cannot accept positional-only arguments, *args, or **kwargs.",
            ),
            (
                "def init(): pass\ndef run(**args): pass",
                "run() cannot accept positional-only arguments, *args, or **kwargs.",
            ),
            (
                "def init(): pass\ndef run(a, /): pass",
                "run() cannot accept positional-only arguments, *args, or **kwargs.",
            ),
            (
                "def init(): pass\ndef run(): pass",
                "run() needs to accept an argument for input data.",
            ),
            (
                "def init(): pass\ndef run(request_headers): pass",
                'run() needs to accept an argument other than "request_headers".',
            ),
            (
                "from azureml.contrib.services.aml_request import rawhttp\n"
                "from inference_schema.schema_decorators import input_schema\n"
                "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType\n"
                "def init(): pass\n"
                "@rawhttp\n@input_schema('a', StandardPythonParameterType(1))\n"
                "def run(a): pass",
                "run() cannot be decorated with both @rawhttp and @input_schema",
            ),
        ]
        for script, message in rows:
            with self.subTest(message):
                _, failed = self.fail_to_start(script)
                self.assertEqual(failed.head["stage"], "checks")
                self.assertTrue(failed.head["message"].endswith(message), failed.head["message"])

    def test_init_that_raises_lists_the_model_directory(self) -> None:
        worker, failed = self.fail_to_start(
            """
            import os
            def init():
                os.makedirs(os.environ["AZUREML_MODEL_DIR"] + "/model")
                open(os.environ["AZUREML_MODEL_DIR"] + "/model/weights.bin", "w").close()
                raise ValueError("no such layer")
            def run(data): return data
            """,
            AZUREML_MODEL_DIR="models/mnist/3",
        )
        self.assertEqual(failed.head["stage"], "init")
        self.assertTrue(failed.head["message"].endswith("ValueError: no such layer"))
        self.assertIn("ValueError: no such layer", worker.log_text())
        self.assertIn("holds:\n3/\n    model/\n        weights.bin\n", worker.log_text())

    def test_script_finds_modules_of_the_app_root_and_the_source_directory(self) -> None:
        worker = self.serve(
            """
            import os, sys
            def init():
                os.mkdir("lib")
                for name in ("beside", "lib/inside"):
                    with open(name + ".py", "w") as file: file.write("name = %r" % name)
            def run(data):
                import beside, inside
                return [beside.name, inside.name, "slipway" in os.environ.get("PYTHONPATH", "")]
            """,
            AZUREML_SOURCE_DIRECTORY="lib",
        )
        self.assertEqual(worker.request().body, b'["beside", "lib/inside", false]')

    def test_modules_of_the_script_do_not_hide_those_of_python(self) -> None:
        worker = self.start(IDENTITY)
        with open(worker.app_root + "/email.py", "w", encoding="utf-8") as file:
            file.write("raise ImportError('hidden')")
        second = self.serve(IDENTITY, AML_APP_ROOT=worker.app_root)
        self.assertEqual(second.request(b"x").body, b'"x"')

    def test_its_module_can_be_pickled(self) -> None:
        worker = self.serve("""
            import pickle
            class Box: value = 3
            def init(): pass
            def run(data): return pickle.loads(pickle.dumps(Box())).value
            """)
        self.assertEqual(worker.request().body, b"3")

    def test_without_a_replica(self) -> None:
        import subprocess
        import sys

        from tests.worker import PYTHON_FOLDER

        ended = subprocess.run(
            [sys.executable, "-m", "slipway_entry"],
            env={**os.environ, "PYTHONPATH": PYTHON_FOLDER},
            stderr=subprocess.PIPE,
            check=False,
        )
        self.assertEqual(ended.returncode, 2)
        self.assertIn(b"is started by a replica", ended.stderr)
