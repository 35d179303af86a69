"""Writes src/generated/tensorflow/op-outputs.json: the outputs of TensorFlow's ops that have more than one, or a list.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/write-tensorflow-op-outputs.py

    npx biome format --write packages/graph/src/generated/tensorflow/op-outputs.json

A bare GraphDef does not say what its ops look like, as a SavedModel does. An output is `name`, `name*attribute` where
the attribute is the length of a list, or `name:attribute` where it is the list's types.
"""

import json
import pathlib

from tensorflow.core.framework import op_def_pb2
from tensorflow.python.client import pywrap_tf_session

FILE = pathlib.Path(__file__).resolve().parent.parent / "src" / "generated" / "tensorflow" / "op-outputs.json"


def main():
    ops = op_def_pb2.OpList.FromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    rows = {}
    for op in sorted(ops.op, key=lambda op: op.name):
        # What begins with _ is made while a graph runs, and never saved.
        if op.name.startswith("_") or any(has_default(op, argument) for argument in op.output_arg):
            continue
        outputs = [output_of(argument) for argument in op.output_arg]
        if len(outputs) > 1 or any(mark in output for output in outputs for mark in "*:"):
            rows[op.name] = " ".join(outputs)
    FILE.write_text(json.dumps(rows, indent=1) + "\n")


def output_of(argument):
    attribute = argument.number_attr or argument.type_list_attr
    return f"{argument.name}{'*' if argument.number_attr else ':'}{attribute}" if attribute else argument.name


def has_default(op, argument):
    """Whether a list has a length where a node does not say it, which only two of TensorFlow's own test ops have."""
    name = argument.number_attr or argument.type_list_attr
    default = next((one.default_value for one in op.attr if one.name == name), None)
    return default is not None and (default.i != 0 or len(default.list.type) > 0)


if __name__ == "__main__":
    main()
