"""The messages of `PredictionService/Predict`.

https://github.com/tensorflow/serving/blob/master/tensorflow_serving/apis/predict.proto
"""

import typing

import numpy as np

from . import tensor_proto, wire

METHOD = "/tensorflow.serving.PredictionService/Predict"

Outputs = typing.Union[str, typing.Sequence[str], None]


def request(inputs: typing.Mapping[str, bytes], outputs: Outputs) -> bytes:
    """A PredictRequest for the service's model, with a TensorProto for each input."""
    entries = [wire.entry_field(2, name, tensor) for name, tensor in inputs.items()]
    names = [outputs] if isinstance(outputs, str) else outputs or []
    return b"".join(entries + [wire.bytes_field(3, name.encode()) for name in names])


def arrays(response: bytes, outputs: Outputs) -> typing.Union[np.ndarray, typing.List[np.ndarray]]:
    """What is wanted of a PredictResponse.

    One name gives an array, several a list in their order. Without names the only output comes as an array, several as
    a list. Raises KeyError if an output is not there, and ValueError if the message is broken.
    """
    found = dict(
        wire.read_entry(wire.part(value))
        for field, _, value in wire.fields(memoryview(response))
        if field == 1
    )
    if isinstance(outputs, str):
        return _array(found, outputs)
    if not outputs and len(found) == 1:
        return _array(found, *found)
    return [_array(found, name) for name in outputs or found]


def _array(found: typing.Mapping[str, memoryview], name: str) -> np.ndarray:
    if name not in found:
        raise KeyError(
            f"The service has no output {name!r}: it answered with {', '.join(found) or 'none'}."
        )
    return tensor_proto.to_array(found[name])
