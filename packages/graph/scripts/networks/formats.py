"""Writes a network in every format that TensorFlow has for it."""

import pathlib

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

v1 = tf.compat.v1
# It tells at each call that TensorFlow 1 is deprecated.
v1.logging.set_verbosity(v1.logging.ERROR)

# Smaller constants are shapes, axes and epsilons; what is larger was a variable.
SMALLEST_WEIGHT = 2


def write_all(network, folder):
    """The formats by name: where the files lie, what to ask for, and which output is which (`{}`: by its own key)."""
    folder = pathlib.Path(folder)
    written = [*network.save_models(folder), *frozen_formats(network, folder)]
    return [{**one, "path": str(folder / one["path"])} for one in written]


def frozen_formats(network, folder):
    definition = frozen(network)
    (folder / "frozen.pb").write_bytes(definition.SerializeToString(deterministic=True))
    request = {"inputs": [network.input_name], "outputs": list(network.tensor_names.values())}
    keys = {tensor: key for key, tensor in network.tensor_names.items()}
    tf1_graph(definition, False, lambda session: save_checkpoint(session, folder / "tf1-checkpoint"))
    tf1_graph(definition, True, lambda session: save_tf1_model(network, session, folder / "tf1-saved-model"))
    return [
        {"format": "frozen graph", "path": "frozen.pb", "request": request, "outputs": keys},
        {"format": "TF 1 checkpoint", "path": "tf1-checkpoint", "request": request, "outputs": keys},
        {"format": "TF 1 SavedModel", "path": "tf1-saved-model", "request": {}, "outputs": {}},
    ]


def frozen(network):
    """One graph without functions, whose variables are constants."""
    concrete = network.function.get_concrete_function()
    return convert_variables_to_constants_v2(concrete, lower_control_flow=False).graph.as_graph_def()


def tf1_graph(definition, resources, save):
    """The frozen graph with variables of TensorFlow 1 in the place of its weights, in a session that holds them."""
    kept = v1.GraphDef(versions=definition.versions, library=definition.library)
    weights = {}
    for node in definition.node:
        if is_weight(node):
            weights[node.name] = node.attr["value"].tensor
        else:
            kept.node.append(node)
    with tf.Graph().as_default():
        largest = max(weights, key=lambda name: np.prod(shape_of(weights[name])))
        variables = {
            name: variable(f"weights/{index}", shape_of(proto), resources, name == largest)
            for index, (name, proto) in enumerate(weights.items())
        }
        reads = {f"{name}:0": tf.convert_to_tensor(one) for name, one in variables.items()}
        tf.import_graph_def(kept, reads, name="")
        with v1.Session(config=v1.ConfigProto(inter_op_parallelism_threads=1)) as session:
            load(session, [(one, tf.make_ndarray(weights[name])) for name, one in variables.items()])
            save(session)


def is_weight(node):
    proto = node.attr["value"].tensor
    floats = node.op == "Const" and proto.dtype == types_pb2.DT_FLOAT
    return floats and np.prod(shape_of(proto)) >= SMALLEST_WEIGHT


def shape_of(proto):
    return [dim.size for dim in proto.tensor_shape.dim]


def variable(name, shape, resources, in_parts):
    """`in_parts`: as large tables were split over machines."""
    partitioner = v1.fixed_size_partitioner(2, axis=len(shape) - 1) if in_parts else None
    zeros = v1.zeros_initializer()
    return v1.get_variable(
        name, shape, tf.float32, zeros, partitioner=partitioner, use_resource=resources
    )


def load(session, values):
    """Past the initial values, which would stand in the graph's file."""
    fed = {}
    for one, value in values:
        parts = list(one) if hasattr(one, "_get_partitions") else [one]
        ends = np.cumsum([part.shape[-1] for part in parts])[:-1]
        pieces = np.split(value, ends, axis=-1)
        fed |= {part.initializer: piece for part, piece in zip(parts, pieces)}
    session.run(list(fed), {initializer.inputs[1]: piece for initializer, piece in fed.items()})


def save_checkpoint(session, path):
    path.mkdir()
    v1.train.Saver(sharded=True).save(session, str(path / "model"))


def save_tf1_model(network, session, path):
    graph = session.graph
    outputs = {key: graph.get_tensor_by_name(f"{name}:0") for key, name in network.tensor_names.items()}
    inputs = {"images": graph.get_tensor_by_name(f"{network.input_name}:0")}
    v1.saved_model.simple_save(session, str(path), inputs, outputs)
