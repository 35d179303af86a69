"""Records what TensorFlow computes of small graphs, and graphs that have to be refused."""

import base64
import json

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
CASES = []
RANDOM = np.random.default_rng(1)


def start():
    """A file has the same numbers whichever others are written with it."""
    CASES.clear()
    RANDOM.bit_generator.state = np.random.default_rng(1).bit_generator.state


def write(path):
    path.write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in CASES) + "\n]\n")


def case(name, arrays, build, shapes=None, value=None):
    """`build` gets a placeholder for each array; sizes of `shapes` may be None. `value` is for what the CPU cannot run."""
    graph, places, result = traced(arrays, build, shapes)
    if value is None:
        with v1.Session(graph=graph) as session:
            value = session.run(result, dict(zip(places, arrays)))
    inputs = {f"x{i}:0": tensor(array) for i, array in enumerate(arrays)}
    CASES.append({"name": name, "graph": encoded(graph), "inputs": inputs, "output": tensor(value)})


def refused(name, arrays, build, why, shapes=None):
    """`why` is a part of what the conversion has to say."""
    graph, places, _ = traced(arrays, build, shapes)
    names = [f"x{i}:0" for i in range(len(places))]
    CASES.append({"name": name, "graph": encoded(graph), "fed": names, "refusal": why})


def traced(arrays, build, shapes):
    with tf.Graph().as_default() as graph:
        arrays = [np.asarray(array) for array in arrays]
        shapes = shapes or [array.shape for array in arrays]
        places = [v1.placeholder(a.dtype, s, f"x{i}") for i, (a, s) in enumerate(zip(arrays, shapes))]
        return graph, places, tf.identity(build(*places), name="y")


def encoded(graph):
    return base64.b64encode(graph.as_graph_def().SerializeToString(deterministic=True)).decode()


def tensor(value):
    value = np.asarray(value)
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": value.dtype.name, "shape": list(value.shape), "data": data}


def floats(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def ints(*shape):
    return RANDOM.integers(-9, 9, size=shape).astype(np.int32)
