import json
import unittest

from tests.worker import STAND_INS, WorkerTest

SCRIPT = """
    import numpy as np
    {pandas}
    from inference_schema.schema_decorators import input_schema, output_schema
    from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
    from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
    def init(): pass
    @input_schema("data", {type})
    @output_schema(NumpyParameterType(np.array([1.5])))
    def run(data): return describe(data)
    def describe(data):
        if isinstance(data, np.ndarray): return [str(data.dtype), data.shape, str(data.tolist())]
        if type(data).__name__ == "DataFrame": return [list(map(str, data.dtypes)), data.to_dict(orient="split")["data"].__repr__()]
        if isinstance(data, dict): return {{name: describe(item) for name, item in data.items()}}
        if isinstance(data, list): return [describe(item) for item in data]
        return repr(data)
"""

PANDAS = "import pandas as pd; from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType"

MIXED = "pd.DataFrame({'n': [1, 2], 'x': [0.5, 1.5], 's': ['a', 'b']})"
DATED = "pd.DataFrame({'day': pd.to_datetime(['2020-01-02', '2020-01-03']), 'n': [1, 2]})"

#: A type, and inputs for it.
TYPES = [
    (
        "NumpyParameterType(np.array([[1, 2]]))",
        [[[1, 2]], [[1, 2], [3, 4]], [[1]], [1, 2], [], "text", {}],
    ),
    ("NumpyParameterType(np.array([1.5], dtype='f4'))", [[1, 2], ["x"], [[1]]]),
    ("NumpyParameterType(np.array([[1, 2]]), enforce_shape=False)", [[1], [[1.5]]]),
    ("NumpyParameterType(np.array([[1, 2]]), enforce_column_type=False)", [[[1.5, 2]]]),
    ("NumpyParameterType(np.array(['a', 'bc']))", [["x", "yz", "longer"]]),
    ("NumpyParameterType(np.array([b'ab']))", [["x"]]),
    (
        "NumpyParameterType(np.array([(1, 2.5)], dtype=[('a', 'i4'), ('b', 'f8')]))",
        [[[3, 4]], [{"a": 3, "b": 4}]],
    ),
    ("NumpyParameterType(np.array(['2020-01-02'], dtype='datetime64[D]'))", [["2021-03-04"]]),
    ("NumpyParameterType(np.array([3], dtype='timedelta64[D]'))", [["5 days"]]),
    ("NumpyParameterType(np.zeros((1, 2, 2)))", [[[[1, 2], [3, 4]]], [[[1], [2]]]]),
    (
        "PandasParameterType({})".format(MIXED),
        [
            [{"n": 3, "x": 1, "s": "q"}],
            [{"n": 3}],
            {"n": {"0": 3}},
            "text",
            [{"n": "no", "x": 1, "s": ""}],
        ],
    ),
    (
        "PandasParameterType({}, orient='columns')".format(MIXED),
        [{"n": {"0": 3}, "x": {"0": 1.5}, "s": {"0": "q"}}],
    ),
    (
        "PandasParameterType({}, orient='index')".format(MIXED),
        [{"0": {"n": 3, "x": 1.5, "s": "q"}}],
    ),
    (
        "PandasParameterType({}, orient='split')".format(MIXED),
        [{"columns": ["n", "x", "s"], "index": [0], "data": [[3, 1.5, "q"]]}],
    ),
    ("PandasParameterType(pd.DataFrame([[1, 2]]), orient='values')", [[[3, 4]]]),
    ("PandasParameterType({}, enforce_shape=False)".format(MIXED), [[{"n": 3}]]),
    (
        "PandasParameterType({}, enforce_column_type=False)".format(MIXED),
        [[{"n": 3, "x": "t", "s": 1}]],
    ),
    ("PandasParameterType({})".format(DATED), [[{"day": "2020-01-02T00:00:00.000", "n": 1}]]),
    ("PandasParameterType({}, orient='table')".format(DATED), []),
    ("PandasParameterType({}, orient='index')".format(DATED), []),
    ("PandasParameterType({}, orient='columns')".format(DATED), []),
    (
        "StandardPythonParameterType({'a': NumpyParameterType(np.array([[1, 2]])), 'b': 1})",
        [{"a": [[3, 4]], "b": "any"}, {"b": 1}, []],
    ),
    ("StandardPythonParameterType([NumpyParameterType(np.array([1]))])", [[[1], [2, 3]], {}]),
    ("StandardPythonParameterType({'a': [1, 2], 'b': {'c': 1.5}})", [{"a": "any"}]),
    ("StandardPythonParameterType(1.5)", [1, 1.5, "1"]),
    ("StandardPythonParameterType('x')", ["y", 1]),
    ("StandardPythonParameterType(True)", [False, 1]),
    ("StandardPythonParameterType(b'x')", ["YWI=", 1]),
    ("StandardPythonParameterType([1, 'mixed'])", [[], "x"]),
]


def script_with(kind: str) -> str:
    """A script whose input is of a type; pandas takes long to import."""
    return SCRIPT.format(type=kind, pandas=PANDAS if "pd." in kind else "")


class Conversations(WorkerTest):
    """What a worker with some inference_schema says to all of it."""

    def of(self, kind: str, inputs: list) -> list:
        worker = self.serve(script_with(kind))
        said = [worker.ask_swagger(version) for version in ("2", "3", "3.1")]
        said += [worker.request(json.dumps({"data": value}).encode()) for value in inputs]
        return [self.comparable(answer) for answer in said]

    @staticmethod
    def comparable(answer):  # type: ignore[no-untyped-def]
        body = json.loads(answer.body)
        schemas = (
            body.get("definitions", body.get("components", {}).get("schemas"))
            if isinstance(body, dict)
            else None
        )
        if schemas is not None:
            return {name: schemas[name] for name in ("ServiceInput", "ServiceOutput")}
        return answer.head["status"], answer.head["functionFailed"], body


class Ours(Conversations):
    python_path = (STAND_INS,)


class SameAsTheRealPackage(unittest.TestCase):
    """Whether inference_schema is installed or not must change nothing."""

    maxDiff = None

    def test_all_types(self) -> None:
        for kind, inputs in TYPES:
            with self.subTest(kind):
                ours, real = Ours(), Conversations()
                try:
                    self.assertEqual(ours.of(kind, inputs), real.of(kind, inputs))
                finally:
                    ours.doCleanups()
                    real.doCleanups()


class OursAlone(WorkerTest):
    python_path = (STAND_INS,)

    def test_examples_of_booleans_are_booleans(self) -> None:
        """The real package shows them as texts, which its own schema forbids."""
        worker = self.serve(script_with("NumpyParameterType(np.array([True, False]))"))
        schemas = json.loads(worker.ask_swagger("2").body)["definitions"]
        self.assertEqual(schemas["ServiceInput"]["example"], {"data": [True, False]})
        self.assertEqual(json.loads(worker.request(b'{"data": [true]}').body)[0], "bool")

    def test_errors_of_shape(self) -> None:
        worker = self.serve(script_with("NumpyParameterType(np.array([[1, 2]]))"))
        for value, said in (
            (
                [[1]],
                "Invalid input array: array has size 1 on dimension #1, while expected value is 2",
            ),
            (
                [1, 2],
                "Invalid input array: an array with 2 dimensions is expected; input has 1 [shape (2,)]",
            ),
        ):
            answer = worker.request(json.dumps({"data": value}).encode())
            self.assertEqual((answer.head["status"], answer.head["functionFailed"]), (500, True))
            self.assertIn(said, worker.log_text())
