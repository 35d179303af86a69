"""Makes fixtures/tensorflow-edges: files that lack what most have, and what TensorFlow answers with them.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/make-tensorflow-edges.py

    npx biome format --write packages/graph/fixtures/tensorflow-edges

The tests read the files and compare with answers.json, so that they need no TensorFlow.
"""

import base64
import contextlib
import json
import os
import pathlib
import shutil

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "tensorflow-edges"


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.chdir(FOLDER)
    answers = {
        "functions.pb": functions("functions.pb"),
        "no-saver": no_saver("no-saver"),
    }
    for unneeded in FOLDER.rglob("fingerprint.pb"):
        unneeded.unlink()
    with open("answers.json", "w") as file:
        json.dump(answers, file, indent=1, sort_keys=True)
        file.write("\n")


def functions(path):
    """A bare graph whose functions take and give lists, of one type and of several, by call and by op."""
    definition = v1.GraphDef()
    definition.versions.producer = 2000
    function = definition.library.function.add()
    function.signature.name = "StackAll"
    function.signature.input_arg.add(name="first", type_attr="T")
    function.signature.input_arg.add(name="rest", type_attr="T", number_attr="N")
    function.signature.input_arg.add(name="mixed", type_list_attr="L")
    function.signature.output_arg.add(name="all", type_attr="T")
    function.signature.output_arg.add(name="back", type_list_attr="L")
    function.signature.output_arg.add(name="negated", type_attr="T", number_attr="N")
    for name, kind in {"T": "type", "N": "int", "L": "list(type)"}.items():
        function.signature.attr.add(name=name, type=kind)
    # The whole list, one of it, and an output of a node that has a list of them.
    same = function.node_def.add(name="same", op="IdentityN", input=["mixed", "rest"])
    same.attr["T"].list.type.extend([tf.float32.as_datatype_enum, tf.int64.as_datatype_enum] + [1, 1])
    packed = function.node_def.add(name="packed", op="Pack", input=["first", "rest", "same:output:3"])
    packed.attr["T"].placeholder = "T"
    packed.attr["N"].i = 4
    packed.attr["axis"].i = 0
    negatives = []
    for index in range(2):
        negatives.append(f"minus{index}:y:0")
        negative = function.node_def.add(name=f"minus{index}", op="Neg", input=[f"rest:{index}"])
        negative.attr["T"].placeholder = "T"
    both = function.node_def.add(name="both", op="IdentityN", input=negatives)
    both.attr["T"].list.type.extend([1, 1])
    function.ret["all"] = "packed:output:0"
    kept = function.node_def.add(name="kept", op="IdentityN", input=["mixed"])
    kept.attr["T"].placeholder = "L"
    function.ret["back"] = "kept:output"
    function.ret["negated"] = "both:output"

    for name, dtype in {"a": tf.float32, "b": tf.float32, "c": tf.float32, "d": tf.int64}.items():
        node = definition.node.add(name=name, op="Placeholder")
        node.attr["dtype"].type = dtype.as_datatype_enum
        node.attr["shape"].shape.dim.add(size=2)
    call = definition.node.add(name="call", op="PartitionedCall", input=["a", "b", "c", "c", "d"])
    call.attr["Tin"].list.type.extend([1, 1, 1, 1, 9])
    call.attr["Tout"].list.type.extend([1, 1, 9, 1, 1])
    call.attr["f"].func.name = "StackAll"
    arguments(call.attr["f"].func.attr)
    direct = definition.node.add(name="direct", op="StackAll", input=["call:3", "call:4", "b", "call:1", "call:2"])
    arguments(direct.attr)
    result = definition.node.add(name="result", op="AddV2", input=["call", "direct"])
    result.attr["T"].type = 1
    pathlib.Path(path).write_bytes(definition.SerializeToString(deterministic=True))

    values = {"a": [1, 2], "b": [3, 4], "c": [5, 6]}
    feeds = {f"{name}:0": np.array(value, np.float32) for name, value in values.items()}
    feeds["d:0"] = np.array([7, 8], np.int64)
    fetches = ["result:0", "direct:2", "direct:4"]
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        # Python's own view of functions knows no lists; the graph itself has been imported by then.
        with contextlib.suppress(TypeError):
            tf.import_graph_def(definition, name="")
        fetched = session.run(fetches, feeds)
    return answer(feeds, dict(zip(fetches, fetched)))


def arguments(attributes):
    attributes["T"].type = tf.float32.as_datatype_enum
    attributes["N"].i = 2
    attributes["L"].list.type.extend([tf.float32.as_datatype_enum, tf.int64.as_datatype_enum])


class Scaler(tf.Module):
    """Two variables of one shape and one name, told apart by what each function captures."""

    def __init__(self):
        self.inner = tf.Module()
        self.inner.other = tf.Variable([5.0, 7.0], name="same")
        self.mine = tf.Variable([2.0, 3.0], name="same")
        self.list = [tf.Variable([[1.0, -1.0], [0.5, 0.25]], name="kernel")]

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def __call__(self, x):
        return {"y": self.product(x) / self.inner.other}

    @tf.function
    def product(self, x):
        return tf.matmul(x, self.list[0]) * self.mine


def no_saver(folder):
    """A SavedModel without the nodes that restore its variables."""
    module = Scaler()
    options = tf.saved_model.SaveOptions(experimental_skip_saver=True)
    tf.saved_model.save(module, folder, {"serving_default": module.__call__}, options)
    x = np.array([[1, 2], [-3, 0.5]], np.float32)
    return answer({"serving_default_x:0": x}, {"StatefulPartitionedCall:0": module(tf.constant(x))["y"].numpy()})


def answer(inputs, outputs):
    sides = {"inputs": inputs, "outputs": outputs}
    return {side: {name: tensor(value) for name, value in values.items()} for side, values in sides.items()}


def tensor(value):
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": value.dtype.name, "shape": list(value.shape), "data": data}


if __name__ == "__main__":
    main()
