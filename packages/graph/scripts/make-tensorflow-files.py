"""Makes fixtures/tensorflow: small files of each format that TensorFlow writes, and what stands in them.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/make-tensorflow-files.py

    npx biome format --write packages/graph/fixtures/tensorflow

The tests read the files and compare with expected.json, so that they need no TensorFlow.
"""

import base64
import collections
import json
import os
import pathlib
import shutil

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

v1 = tf.compat.v1
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "tensorflow"


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.chdir(FOLDER)
    expected = {
        "tf1-checkpoint": tf1_checkpoint("tf1-checkpoint"),
        "tf1-saved-model": tf1_saved_model("tf1-saved-model"),
        "tf2-saved-model": tf2_saved_model("tf2-saved-model"),
        "keras-export": keras_export("keras-export"),
        "frozen.pb": frozen("frozen.pb"),
        "data-types": data_types("data-types"),
        "constants.pb": constants("constants.pb"),
    }
    for unneeded in FOLDER.rglob("fingerprint.pb"):
        unneeded.unlink()
    with open("expected.json", "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
        file.write("\n")


def tf1_checkpoint(folder):
    """The network of the GPU flow, smaller, with a variable in three parts, one in two columns, and two shards."""
    with tf.Graph().as_default() as graph:
        v1.disable_resource_variables()
        v1.set_random_seed(1)
        x = v1.placeholder(tf.float32, [None, 6], "network/X")
        labels = v1.placeholder(tf.int64, [None], "network/y")
        with v1.variable_scope("network"), tf.device("/cpu:0"):
            kernel = v1.get_variable("h1/kernel", [6, 5], partitioner=v1.fixed_size_partitioner(3))
            bias = v1.get_variable("h1/bias", [5], initializer=v1.constant_initializer(0.25))
        hidden = tf.nn.relu(tf.matmul(x, tf.convert_to_tensor(kernel)) + bias, name="network/h1/Relu")
        with v1.variable_scope("network"), tf.device("/cpu:1"):
            columns = v1.get_variable("output/kernel", [5, 4], partitioner=v1.fixed_size_partitioner(2, axis=1))
            step = v1.get_variable("step", [], tf.int64, v1.constant_initializer(7), trainable=False)
        logits = tf.matmul(hidden, tf.convert_to_tensor(columns), name="network/output/MatMul")
        v1.losses.sparse_softmax_cross_entropy(labels, logits)
        os.mkdir(folder)
        saver = v1.train.Saver(sharded=True)
        config = v1.ConfigProto(device_count={"CPU": 2}, allow_soft_placement=True)
        with v1.Session(config=config) as session:
            session.run(v1.global_variables_initializer())
            saver.save(session, f"{folder}/mnist-tf.model")
        return {"tensors": checkpoint(f"{folder}/mnist-tf.model"), "ops": ops(graph.as_graph_def())}


def tf1_saved_model(folder):
    """Reference variables, two sets of tags, an asset, and a signature of the classification kind."""
    with tf.Graph().as_default():
        v1.disable_resource_variables()
        pathlib.Path("labels.txt").write_text("cat\ndog\n")
        asset = tf.constant("labels.txt", name="labels_file")
        v1.add_to_collection(v1.GraphKeys.ASSET_FILEPATHS, asset)
        x = v1.placeholder(tf.float32, [None, 3], "x")
        w = v1.get_variable("w", [3, 2], initializer=v1.constant_initializer(0.5))
        y = tf.matmul(x, w, name="y")
        signature = v1.saved_model.predict_signature_def({"images": x}, {"scores": y})
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            builder = v1.saved_model.Builder(folder)
            assets = v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS)
            builder.add_meta_graph_and_variables(
                session, ["serve"], {"serving_default": signature}, assets_collection=assets
            )
            builder.add_meta_graph(["serve", "gpu"], {"other": signature}, assets_collection=assets)
            builder.save()
        os.remove("labels.txt")
        return {
            "tensors": checkpoint(f"{folder}/variables/variables"),
            "ops": ops(first_graph(folder)),
            "signatures": {"serving_default": {"inputs": {"images": spec(x)}, "outputs": {"scores": spec(y)}}},
        }


class Scaler(tf.Module):
    def __init__(self):
        self.scale = tf.Variable([2.0, 3.0], name="scale")
        self.table = tf.Variable([b"a", b"\xff\x00long" + b"x" * 200, b""], name="table")

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def multiply(self, x):
        return {"y": self.inner(x)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.string, "word")])
    def lookup(self, word):
        return {"found": tf.reduce_any(tf.equal(self.table, word))}

    @tf.function
    def inner(self, x):
        return x * self.scale


def tf2_saved_model(folder):
    module = Scaler()
    tf.saved_model.save(module, folder, {"serving_default": module.multiply, "lookup": module.lookup})
    return loaded(folder)


def keras_export(folder):
    import keras

    keras.utils.set_random_seed(1)
    layers = [keras.layers.Input([8, 8, 1]), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()]
    model = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(3)])
    model.export(folder, verbose=False)
    return loaded(folder)


def frozen(path):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 3], "x")
        w = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2), name="w")
        tf.matmul(x, w, name="scores/y")
        definition = graph.as_graph_def()
    pathlib.Path(path).write_bytes(definition.SerializeToString(deterministic=True))
    return {"ops": ops(definition)}


def data_types(folder):
    """Every type that a checkpoint may hold, in two shards, beside an empty tensor and a scalar."""
    values = {}
    for name in (
        "float32 float64 int32 uint8 int16 int8 int64 bool uint16 uint32 uint64 float16 bfloat16 complex64 complex128 "
        "float8_e5m2 float8_e4m3fn"
    ).split():
        values[name] = tf.cast(tf.constant([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]), tf.dtypes.as_dtype(name))
    for name in ("int4", "uint4"):
        values[name] = tf.cast(tf.constant([1, 2, 3], tf.int8), tf.dtypes.as_dtype(name))
    values["qint8"] = tf.bitcast(tf.constant([1, -2], tf.int8), tf.qint8)
    values["string"] = tf.constant([[b"", b"a"], [b"\x00\xff", b"b" * 300]])
    values["empty"] = tf.zeros([0, 3])
    values["scalar"] = tf.constant(1.5)
    os.mkdir(folder)
    names = sorted(values)
    parts = [names[: len(names) // 2], names[len(names) // 2 :]]
    for index, part in enumerate(parts):
        tf.raw_ops.SaveV2(
            prefix=f"{folder}/part{index}",
            tensor_names=part,
            shape_and_slices=[""] * len(part),
            tensors=[values[name] for name in part],
        )
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[f"{folder}/part0", f"{folder}/part1"], destination_prefix=f"{folder}/all"
    )
    return {"tensors": {name: tensor(values[name].dtype, values[name].numpy()) for name in names}}


def constants(path):
    """Constants of every type, in each of the ways that a TensorProto may hold them."""
    protos = {}
    names = "float32 float64 int32 uint8 int16 int8 int64 bool uint16 uint32 uint64 float16 bfloat16 complex64 complex128"
    for name in [*names.split(), "float8_e5m2"]:
        dtype = tf.dtypes.as_dtype(name)
        values = np.array([[0, 1], [2, 3]]).astype(dtype.as_numpy_dtype)
        protos[f"{name}/content"] = tf.make_tensor_proto(values, dtype)
        protos[f"{name}/one"] = tf.make_tensor_proto(values[1, 1], dtype)
        repeated = tf.make_tensor_proto(values[1, 1], dtype)
        repeated.tensor_shape.CopyFrom(tf.TensorShape([3, 2]).as_proto())
        protos[f"{name}/repeated"] = repeated
    protos["string/three"] = tf.make_tensor_proto([b"", b"\xff\x00", b"abc"])
    protos["float32/empty"] = tf.make_tensor_proto(np.zeros([0, 4], np.float32))
    fewer = tf.make_tensor_proto(np.zeros([], np.int64))
    fewer.int64_val[:] = [7, -8]
    fewer.tensor_shape.CopyFrom(tf.TensorShape([5]).as_proto())
    protos["int64/last repeated"] = fewer
    definition = v1.GraphDef()
    for name, proto in protos.items():
        node = definition.node.add(name=name, op="Const")
        node.attr["value"].tensor.CopyFrom(proto)
    pathlib.Path(path).write_bytes(definition.SerializeToString(deterministic=True))
    values = {name: tensor(tf.dtypes.as_dtype(proto.dtype), tf.make_ndarray(proto)) for name, proto in protos.items()}
    return {"tensors": values}


def loaded(folder):
    """What TensorFlow itself says of a SavedModel that it has loaded."""
    model = tf.saved_model.load(folder)
    signatures = {}
    for key, function in model.signatures.items():
        inputs = function.structured_input_signature[1]
        signatures[key] = {
            "inputs": {name: {"dtype": s.dtype.name, "shape": s.shape.as_list()} for name, s in inputs.items()},
            "outputs": {name: spec(output) for name, output in function.structured_outputs.items()},
        }
    definition = first_graph(folder)
    return {
        "tensors": checkpoint(f"{folder}/variables/variables"),
        "ops": ops(definition),
        "functions": sorted(f.signature.name for f in definition.library.function),
        "signatures": signatures,
    }


def first_graph(folder):
    file = pathlib.Path(folder, "saved_model.pb")
    return saved_model_pb2.SavedModel.FromString(file.read_bytes()).meta_graphs[0].graph_def


def checkpoint(prefix):
    reader = tf.train.load_checkpoint(prefix)
    types = reader.get_variable_to_dtype_map()
    return {name: tensor(types[name], reader.get_tensor(name)) for name in sorted(types)}


def tensor(dtype, value):
    # numpy's own type for bytes drops those at the end that are 0.
    value = np.asarray(value, object if dtype == tf.string else None)
    if dtype == tf.string:
        data = [base64.b64encode(element).decode() for element in value.reshape(-1).tolist()]
    else:
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": dtype.name, "shape": list(value.shape), "data": data}


def ops(definition):
    nodes = [*definition.node, *(node for f in definition.library.function for node in f.node_def)]
    return dict(sorted(collections.Counter(node.op for node in nodes).items()))


def spec(value):
    return {"dtype": value.dtype.name, "shape": value.shape.as_list()}


if __name__ == "__main__":
    main()
