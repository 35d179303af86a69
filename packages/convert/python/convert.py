"""Converts a model of TensorFlow with tf2onnx: `python convert.py TASK`, the task a JSON file."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tensorflow as tf
import tf2onnx
import tf2onnx.convert

from tensorflow_model import answer, refuse, task


def main():
    asked = task()
    sys.argv = ["tf2onnx.convert", "--opset", str(asked["opset"]), "--output", asked["output"], *source(asked)]
    tf2onnx.convert.main()
    answer({"tensorflow": tf.__version__, "tf2onnx": tf2onnx.__version__})


def source(asked):
    model = asked["model"]
    ends = ["--inputs", names(asked["inputs"]), "--outputs", names(asked["outputs"])]
    if model["format"] == "checkpoint":
        return ["--checkpoint", model["path"] + ".meta", *ends]
    if model["format"] == "frozen-graph":
        return ["--graphdef", model["path"], *ends]
    if model["format"] != "saved-model":
        refuse("tf2onnx takes no models of the kind %s" % model["format"])
    chosen = ["--saved-model", model["path"], "--tag", ",".join(model["tags"])]
    return [*chosen, "--signature_def", asked["signature"]] if asked["signature"] else [*chosen, *ends]


def names(tensors):
    return ",".join(tensor["name"] for tensor in tensors)


main()
