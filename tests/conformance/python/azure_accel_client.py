"""Scores images with Azure's client of accelerated models, unchanged, and with ours, which must see the same.

    python azure_accel_client.py AZURE OURS HOST PORT KEY SERVICE IMAGE INPUT OUTPUT

AZURE is a folder with `azureml/accel`, OURS one with `slipway`. The service has a model of the one input INPUT, which is
images, and of the one output OUTPUT. Ends with 0 if all is well, and tells each check.
"""

import importlib
import sys
import types
from pathlib import Path

import grpc
import numpy as np

AZURE, OURS, HOST, PORT, KEY, SERVICE, IMAGE, INPUT, OUTPUT = sys.argv[1:]


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


# The messages of TensorFlow and nothing else of it, as in grpc_clients.py.
tensorflow = module("tensorflow")
tensorflow.__path__ = [str(Path(sys.prefix) / "messages" / "tensorflow")]

from tensorflow.core.framework import tensor_pb2, tensor_shape_pb2, types_pb2  # noqa: E402


def make_ndarray(tensor):
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    assert tensor.dtype == types_pb2.DT_FLOAT
    return np.array(tensor.float_val, np.float32).reshape(shape)


def make_tensor_proto(array):
    shape = tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in array.shape]
    )
    assert array.dtype == np.float32
    return tensor_pb2.TensorProto(
        dtype=types_pb2.DT_FLOAT, tensor_shape=shape, tensor_content=array.tobytes()
    )


def azure_client():
    """Its module, with the five functions of TensorFlow 1 that it calls."""
    contrib = types.SimpleNamespace(util=types.SimpleNamespace(make_ndarray=make_ndarray))
    functions = {
        "as_dtype": lambda number: number,
        "string": types_pb2.DT_STRING,
        "make_ndarray": make_ndarray,
        "make_tensor_proto": make_tensor_proto,
        "contrib": contrib,
    }
    module("tensorflow.compat", v1=module("tensorflow.compat.v1", **functions))
    for name in ("azureml", "azureml.core", "azureml.core.webservice"):
        module(name)
    module("azureml.core.webservice.aks", AksWebservice=object)
    # Without the package's own beginning, which imports all of Azure's.
    module("azureml.accel").__path__ = [str(Path(AZURE) / "azureml" / "accel")]
    return importlib.import_module("azureml.accel._client")


def clients():
    sys.path.insert(0, OURS)
    ours = importlib.import_module("slipway.accel")
    for client in (azure_client(), ours):
        yield client.PredictionClient(HOST, int(PORT), access_token=KEY, service_name=SERVICE)


def main():
    azure, ours = clients()
    pixels = np.zeros((1, 4), np.float32)
    calls = {
        "one output": lambda client: client.score_file(IMAGE, INPUT, OUTPUT),
        "a list of one": lambda client: client.score_file(
            path=IMAGE, input_name=INPUT, outputs=[OUTPUT]
        ),
        "all outputs": lambda client: client.score_file(IMAGE, INPUT),
        "aliases": lambda client: client.score_file(IMAGE, outputs="output_alias", timeout=20.0),
        "both names": lambda client: sorted(client.score_file(IMAGE), key=np.size),
        "a tensor": lambda client: client.score_tensors(
            {INPUT: (Path(IMAGE).read_bytes(), [1], types_pb2.DT_STRING)}, OUTPUT
        ),
        "an unknown input": lambda client: client.score_file(IMAGE, "nothing", OUTPUT),
        "numbers in place of an image": lambda client: client.score_numpy_arrays(
            {INPUT: pixels}, OUTPUT
        ),
    }
    for name, call in calls.items():
        first, second = outcome(azure, call), outcome(ours, call)
        assert first == second, f"{name}: Azure's sees {first}, ours {second}"
        print("ok", name, first[:2])


def outcome(client, call):
    """What a caller sees, in a form that can be compared."""
    try:
        answer = call(client)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    arrays = answer if isinstance(answer, list) else [answer]
    return type(answer).__name__, [
        (array.shape, array.dtype.str, array.tolist()) for array in arrays
    ]


if __name__ == "__main__":
    main()
