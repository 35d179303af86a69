"""Our messages beside those that TensorFlow's own client and server wrote."""

import base64
import json
import pathlib
import random
import unittest

import numpy as np
from slipway.accel import data_types, predict, tensor_proto, wire

VECTORS = json.loads(
    (pathlib.Path(__file__).parents[3] / "packages/runtime/fixtures/grpc/vectors.json").read_text()
)

# By the names in the vectors: TensorFlow's number, and what numpy has.
TYPES = {
    "BOOL": (data_types.DT_BOOL, "?"),
    "UINT8": (data_types.DT_UINT8, "u1"),
    "UINT16": (data_types.DT_UINT16, "u2"),
    "UINT32": (data_types.DT_UINT32, "u4"),
    "UINT64": (data_types.DT_UINT64, "u8"),
    "INT8": (data_types.DT_INT8, "i1"),
    "INT16": (data_types.DT_INT16, "i2"),
    "INT32": (data_types.DT_INT32, "i4"),
    "INT64": (data_types.DT_INT64, "i8"),
    "FP16": (data_types.DT_HALF, "f2"),
    "FP32": (data_types.DT_FLOAT, "f4"),
    "FP64": (data_types.DT_DOUBLE, "f8"),
}


def array_of(tensor):
    """The array that a vector tells."""
    shape = tensor["shape"]
    if tensor["datatype"] == "BYTES":
        array = np.empty(len(tensor["strings"]), object)
        array[:] = [base64.b64decode(text) for text in tensor["strings"]]
        return array.reshape(shape)
    raw = base64.b64decode(tensor["data"])
    if tensor["datatype"] == "BF16":
        return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    return np.frombuffer(raw, TYPES[tensor["datatype"]][1]).reshape(shape)


def tensor_in(request):
    """The TensorProto of the input `x`."""
    entries = [
        wire.read_entry(value) for field, _, value in wire.fields(memoryview(request)) if field == 2
    ]
    return dict(entries)["x"]


class Messages(unittest.TestCase):
    def test_tensors_are_written_as_tensorflow_does(self):
        written = 0
        for vector in VECTORS["predictRequests"]:
            name, tensor = vector["name"], vector["tensor"]
            stock = bytes(tensor_in(base64.b64decode(vector["message"])))
            with self.subTest(name):
                if name == "strings":
                    self.assertEqual(tensor_proto.of_value(array_of(tensor)), stock)
                elif name.endswith("as content") and tensor["datatype"] in TYPES:
                    number, _ = TYPES[tensor["datatype"]]
                    raw = base64.b64decode(tensor["data"])
                    self.assertEqual(tensor_proto.of_value(array_of(tensor)), stock)
                    self.assertEqual(tensor_proto.of_bytes(raw, tensor["shape"], number), stock)
                else:
                    continue
                written += 1
        self.assertEqual(written, len(TYPES) + 1)

    def test_tensors_are_read_as_tensorflow_wrote_them(self):
        for vector in VECTORS["predictRequests"]:
            # Strings in the content are only ever sent by C++.
            if vector["name"] == "strings as content":
                continue
            with self.subTest(vector["name"]):
                found = tensor_proto.to_array(tensor_in(base64.b64decode(vector["message"])))
                self.assert_same(found, array_of(vector["tensor"]))
        for vector in VECTORS["predictResponses"]:
            with self.subTest(vector["name"]):
                found = predict.arrays(base64.b64decode(vector["message"]), "y")
                self.assert_same(found, array_of(vector["tensor"]))

    def assert_same(self, found, expected):
        self.assertEqual((found.shape, found.dtype), (expected.shape, expected.dtype))
        if expected.dtype == object:
            self.assertEqual(found.tolist(), expected.tolist())
        else:
            self.assertEqual(found.tobytes(), expected.tobytes())

    def test_python_values_get_the_types_that_tensorflow_gives_them(self):
        for value, dtype in (
            ([1.5, 2.5], np.float32),
            ([1, -2], np.int32),
            ([2**40], np.int64),
            (True, np.bool_),
            (np.float64(1), np.float64),
            (np.arange(3, dtype=">i8"), np.int64),
        ):
            with self.subTest(value):
                found = tensor_proto.to_array(memoryview(tensor_proto.of_value(value)))
                self.assertEqual(found.dtype, dtype)
                self.assertTrue(np.array_equal(found, value))
        found = tensor_proto.to_array(memoryview(tensor_proto.of_value([["é"], ["b"]])))
        self.assertEqual(found.tolist(), [["é".encode()], [b"b"]])

    def test_what_cannot_be_sent_is_told(self):
        for value in (np.array([1 + 2j]), np.array([object()]), np.array(["2020-01-01"], "M8[D]")):
            with self.subTest(value), self.assertRaises(TypeError):
                tensor_proto.of_value(value)
        with self.assertRaisesRegex(ValueError, "99 is no data type"):
            tensor_proto.of_bytes(b"", [0], 99)

    def test_wanted_outputs(self):
        def answer(**arrays):
            entries = (
                wire.entry_field(1, name, tensor_proto.of_value(array))
                for name, array in arrays.items()
            )
            return b"".join(entries)

        one, two = answer(y=[1.0]), answer(y=[1.0], z=[2.0])
        self.assertEqual(predict.arrays(one, None).tolist(), [1])
        self.assertEqual(predict.arrays(one, "y").tolist(), [1])
        self.assertEqual([array.tolist() for array in predict.arrays(one, ["y"])], [[1]])
        self.assertEqual([array.tolist() for array in predict.arrays(two, None)], [[1], [2]])
        self.assertEqual([array.tolist() for array in predict.arrays(two, ["z", "y"])], [[2], [1]])
        with self.assertRaisesRegex(KeyError, "no output 'x': it answered with y, z"):
            predict.arrays(two, "x")

    def test_broken_answers_are_told(self):
        """A seed of its own; longer runs change nothing but the number."""
        choose = random.Random(9)
        messages = [base64.b64decode(vector["message"]) for vector in VECTORS["predictResponses"]]
        for _ in range(5_000):
            broken = bytearray(choose.choice(messages))
            for _ in range(choose.randint(1, 4)):
                broken[choose.randrange(len(broken))] = choose.randrange(256)
            del broken[choose.randint(1, 2 * len(broken)) :]
            try:
                predict.arrays(bytes(broken), None)
            except (ValueError, KeyError):
                pass
