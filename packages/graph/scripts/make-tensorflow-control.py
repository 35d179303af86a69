"""Makes fixtures/tensorflow-control.json: small models with loops, conditions and recurrent networks, what they are fed,
and what TensorFlow computes.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/make-tensorflow-control.py

    npx biome format --write packages/graph/fixtures/tensorflow-control.json

Each model is a SavedModel without variables, or the graph of TensorFlow 1 frozen, compressed: its weights are constants,
but in fixtures/tensorflow-text, which has them in a checkpoint.
"""

import base64
import gzip
import json
import pathlib
import shutil

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.framework import convert_to_constants, meta_graph

v1 = tf.compat.v1
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
RANDOM = np.random.default_rng(1)
CASES = []


def floats(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def function(name, arrays, build, shapes=None):
    """A SavedModel of TensorFlow 2, whose loops and conditions are functions."""
    shapes = shapes or [array.shape for array in arrays]
    specs = [tf.TensorSpec(s, a.dtype, f"x{i}") for i, (a, s) in enumerate(zip(arrays, shapes))]
    concrete = tf.function(build).get_concrete_function(*specs)
    saved(name, concrete, arrays)


def saved(name, concrete, arrays):
    values = tf.nest.flatten(concrete(*map(tf.constant, arrays)))
    frozen = convert_to_constants.convert_variables_to_constants_v2(concrete, lower_control_flow=False)
    definition = frozen.graph.as_graph_def()
    for node in [*definition.node, *(n for f in definition.library.function for n in f.node_def)]:
        node.ClearField("experimental_debug_info")
        node.attr.pop("_output_shapes", None)
    model = saved_model_pb2.SavedModel(saved_model_schema_version=1)
    model.meta_graphs.add().CopyFrom(meta_graph.create_meta_graph_def(graph_def=definition, graph=frozen.graph))
    model.meta_graphs[0].meta_info_def.tags.append("serve")
    feeds = {tensor.name: array for tensor, array in zip(frozen.inputs, arrays)}
    answers = {tensor.name: value for tensor, value in zip(frozen.outputs, values)}
    add(name, "saved-model", model, feeds, answers)


def graph(name, arrays, build, shapes=None):
    """A frozen graph of TensorFlow 1, whose loops and conditions are nodes."""
    with tf.Graph().as_default() as whole:
        v1.disable_control_flow_v2()
        v1.disable_resource_variables()
        v1.set_random_seed(1)
        shapes = shapes or [array.shape for array in arrays]
        places = [v1.placeholder(a.dtype, s, f"x{i}") for i, (a, s) in enumerate(zip(arrays, shapes))]
        results = [tf.identity(each, f"y{i}") for i, each in enumerate(tf.nest.flatten(build(*places)))]
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            values = session.run(results, dict(zip(places, arrays)))
            names = [result.op.name for result in results]
            definition = v1.graph_util.convert_variables_to_constants(session, whole.as_graph_def(), names)
        v1.enable_control_flow_v2()
        v1.enable_resource_variables()
    for node in definition.node:
        node.attr.pop("_output_shapes", None)
    feeds = {place.name: array for place, array in zip(places, arrays)}
    answers = {result.name: value for result, value in zip(results, values)}
    add(name, "frozen-graph", definition, feeds, answers)


def add(name, form, message, feeds, answers):
    data = gzip.compress(message.SerializeToString(deterministic=True), 9, mtime=0)
    CASES.append(
        {
            "name": name,
            "format": form,
            "model": base64.b64encode(data).decode(),
            "inputs": {key: tensor(value) for key, value in feeds.items()},
            "outputs": {key: tensor(value) for key, value in answers.items()},
        }
    )


def tensor(value):
    value = np.asarray(value)
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": value.dtype.name, "shape": list(value.shape), "data": data}


def either(name, arrays, build, shapes=None):
    function(f"{name}, functions", arrays, build, shapes)
    graph(f"{name}, nodes", arrays, build, shapes)


def conditions():
    x = floats(2, 3)
    for sign in [1, -1]:
        array = [np.abs(x) * np.float32(sign)]
        either(f"cond, {sign}", array, lambda t: tf.cond(tf.reduce_sum(t) > 0, lambda: t * 2, lambda: t - 1), [(None, 3)])
    either(
        "cond, two results",
        [x, np.float32(3)],
        lambda t, n: tf.cond(n > 2, lambda: (t + n, tf.reduce_sum(t, 1)), lambda: (t, tf.zeros([2]))),
    )
    either(
        "cond within cond",
        [x, np.int32(5)],
        lambda t, n: tf.cond(n > 2, lambda: tf.cond(n > 4, lambda: t * 5, lambda: t * 4), lambda: t),
    )
    either("cond, one after the other", [x, np.bool_(True)], chained)
    either("cond, constants", [np.int32(1)], lambda n: tf.cond(n > 0, lambda: 1.5, lambda: 2.5))
    either("cond, predicate with a default", [x], defaulted)


def chained(t, flag):
    first = tf.cond(flag, lambda: t + 1, lambda: t)
    return tf.cond(flag, lambda: first * 3, lambda: t * 7)


def defaulted(t):
    training = v1.placeholder_with_default(False, [], "training")
    return v1.cond(training, lambda: tf.random.uniform([2, 3]) * t, lambda: t * 0.5) + 1


def loops():
    x = floats(3, 2)
    either("while, sum", [np.int32(5)], lambda n: tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + i), (0, 0)))
    either("while, never", [np.int32(-1)], lambda n: tf.while_loop(lambda i: i < n, lambda i: (i + 1,), (0,)))
    either("while, until it is small", [np.float32(100)], lambda n: tf.while_loop(lambda t: t > 1, lambda t: (t / 3,), (n,)))
    either("while, a shape that grows", [x], growing, [(None, 2)])
    either("while, accumulators", [floats(4, 3, 2)], accumulated, [(None, None, 2)])
    function("while, last only", [floats(4, 3, 2)], last_only, [(None, None, 2)])
    either("while, writes backwards", [floats(4, 2)], backwards, [(None, 2)])
    either("while, ends early", [floats(4, 2), np.int32(2)], early, [(None, 2), ()])
    either("while, reads what it wrote", [floats(2)], fibonacci)
    either("while within while", [x], nested)
    either("while within cond", [x, np.int32(3)], within_cond)
    either("cond within while", [x, np.int32(4)], within_while)
    either("map_fn", [floats(3, 4)], lambda t: tf.map_fn(lambda row: row * tf.reduce_sum(row), t), [(None, 4)])
    either("while, a list that grows", [np.int32(4)], grows)
    function("while, a list that is read when it was written", [floats(4, 2)], read_back, [(None, 2)])
    function("while, pushes until it is long", [np.int32(3)], until_long)
    function("list, push and pop", [floats(3)], pushed)
    graph("TensorArray, size", [floats(4, 2)], size, [(None, 2)])


def growing(t):
    shape = (tf.TensorShape([]), tf.TensorShape([None, 2]))
    return tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, tf.concat([s, t], 0)), (0, t), shape)[1]


def accumulated(t):
    steps = tf.shape(t)[0]
    rows = tf.TensorArray(tf.float32, steps).unstack(t)

    def step(i, s, out):
        row = rows.read(i)
        return i + 1, s + row, out.write(i, s * 2 + row)

    _, total, out = tf.while_loop(lambda i, *_: i < steps, step, (0, tf.zeros_like(t[0]), tf.TensorArray(tf.float32, steps)))
    return total, out.gather([2, 0])


def last_only(t):
    rows = tf.TensorArray(tf.float32, 4).unstack(t)
    step = lambda i, out: (i + 1, out.write(0, rows.read(i) + 1))
    start = tf.TensorArray(tf.float32, 1, clear_after_read=False)
    return tf.while_loop(lambda i, _: i < 4, step, (0, start))[1].stack()


def backwards(t):
    steps = tf.shape(t)[0]
    step = lambda i, out: (i - 1, out.write(i, t[i] * 2))
    return tf.while_loop(lambda i, _: i >= 0, step, (steps - 1, tf.TensorArray(tf.float32, steps)))[1].stack()


def early(t, n):
    step = lambda i, out: (i + 1, out.write(i, t[i] * 2))
    start = tf.TensorArray(tf.float32, 4, element_shape=[2])
    return tf.while_loop(lambda i, _: i < n, step, (0, start))[1].stack()


def fibonacci(t):
    start = tf.TensorArray(tf.float32, 6, clear_after_read=False, element_shape=[2]).write(0, t).write(1, t + 1)
    step = lambda i, out: (i + 1, out.write(i, out.read(i - 1) + out.read(i - 2)))
    return tf.while_loop(lambda i, _: i < 6, step, (2, start))[1].stack()


def nested(t):
    inner = lambda j, s: (j + 1, s + t * tf.cast(j, tf.float32))
    outer = lambda i, s: (i + 1, tf.while_loop(lambda j, _: j < i, inner, (0, s))[1])
    return tf.while_loop(lambda i, _: i < 4, outer, (0, t))[1]


def within_cond(t, n):
    many = lambda: tf.while_loop(lambda i, _: i < n, lambda i, s: (i + 1, s * 1.5), (0, t))[1]
    return tf.cond(n > 2, many, lambda: t)


def within_while(t, n):
    step = lambda i, s: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: s + t, lambda: s * 2))
    return tf.while_loop(lambda i, _: i < n, step, (0, t))[1]


def grows(n):
    start = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[])
    return tf.while_loop(lambda i, _: i < n, lambda i, out: (i + 1, out.write(i, tf.cast(i, tf.float32) * 2)), (0, start))[1].stack()


def read_back(t):
    def step(i, s, out):
        out = out.write(i, t[i] + s)
        return i + 1, s + out.read(tf.maximum(i - 1, 0)), out

    start = tf.TensorArray(tf.float32, 4, clear_after_read=False, element_shape=[2])
    _, total, out = tf.while_loop(lambda i, *_: i < 4, step, (0, tf.zeros([2]), start))
    return total, out.stack()


def until_long(n):
    raw = tf.raw_ops
    empty = raw.EmptyTensorList(element_shape=tf.constant([], tf.int32), max_num_elements=-1, element_dtype=tf.float32)
    push = lambda out: (raw.TensorListPushBack(input_handle=out, tensor=tf.constant(1.5)),)
    [out] = tf.while_loop(lambda out: raw.TensorListLength(input_handle=out) < n, push, (empty,))
    return raw.TensorListStack(input_handle=out, element_shape=tf.constant([], tf.int32), element_dtype=tf.float32)


def pushed(t):
    raw = tf.raw_ops
    empty = raw.EmptyTensorList(element_shape=[3], max_num_elements=-1, element_dtype=tf.float32)
    two = raw.TensorListPushBack(input_handle=raw.TensorListPushBack(input_handle=empty, tensor=t), tensor=t * 2)
    rest, last = raw.TensorListPopBack(input_handle=two, element_shape=[3], element_dtype=tf.float32)
    return last, raw.TensorListStack(input_handle=rest, element_shape=[3], element_dtype=tf.float32), raw.TensorListLength(input_handle=two)


def size(t):
    rows = tf.TensorArray(tf.float32, tf.shape(t)[0]).unstack(t)
    return tf.raw_ops.TensorArraySizeV3(handle=rows.handle, flow_in=rows.flow)


def recurrent():
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    x, short = floats(3, 5, 4), floats(2, 4, 3)
    shorts = {"any length": (None, None, 3), "a fixed length": (None, 4, 3)}
    for length, shape in shorts.items():
        for kind in [layers.LSTM, layers.GRU, layers.SimpleRNN]:
            keras_model(f"{kind.__name__}, {length}", [layers.Input(shape[1:]), kind(3)], short)
            keras_model(f"{kind.__name__}, sequences, {length}", [layers.Input(shape[1:]), kind(3, return_sequences=True)], short)
    backward = layers.LSTM(2, return_sequences=True, go_backwards=True)
    keras_model("stacked, backwards", [layers.Input([None, 3]), backward, layers.GRU(3, reset_after=False)], short)
    both = layers.Bidirectional(layers.GRU(2, return_sequences=True))
    keras_model("Bidirectional", [layers.Input([None, 3]), both], short)
    tokens = np.array([[3, 1, 4, 0, 0], [1, 5, 9, 2, 6]], np.int32)
    embedding = layers.Embedding(10, 3, mask_zero=True)
    keras_model("masked", [layers.Input([None], dtype="int32"), embedding, layers.LSTM(3, return_sequences=True), layers.GRU(2)], tokens)
    keras_model("LSTM with relu", [layers.Input([None, 3]), layers.LSTM(3, activation="relu")], short)
    keras_model("LSTM without bias", [layers.Input([None, 3]), layers.LSTM(3, use_bias=False)], short)
    shape = [(None, None, 2), ()]
    for name, options in {
        "to a limit": {},
        "with gates in another order": {"gates": [1, 0, 2, 3]},
        "from the second row on": {"start": 1},
        "that writes something else": {"factor": 2.0},
        "that is asked for more": {"more": True},
    }.items():
        loop = lambda t, n: written(t, n, **options)
        function(f"a cell of LSTM {name}", [floats(5, 2, 2), np.int32(3)], loop, shape)
    unrolled = [layers.Input([4, 3]), layers.LSTM(3, unroll=True)]
    keras_model("unrolled", unrolled, short)
    for cell in ["BasicLSTMCell", "GRUCell"]:
        graph(f"dynamic_rnn, {cell}", [x], lambda t: dynamic_rnn(t, cell), [(None, None, 4)])
    lengths = np.array([5, 2, 3], np.int32)
    graph("dynamic_rnn, lengths", [x, lengths], lambda t, n: dynamic_rnn(t, "BasicLSTMCell", n), [(None, None, 4), (None,)])


def written(t, n, gates=(0, 1, 2, 3), start=0, factor=1.0, more=False):
    """An LSTM of two units that is a loop by hand."""
    random = np.random.default_rng(2)
    kernel, recurrent = [tf.constant(random.normal(size=[2, 8]), tf.float32) for _ in range(2)]
    bias = tf.constant(random.normal(size=[8]), tf.float32)

    def step(time, out, h, c, total):
        parts = tf.split(tf.matmul(tf.gather(t, time), kernel) + tf.matmul(h, recurrent) + bias, 4, 1)
        i, f, g, o = [parts[at] for at in gates]
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return time + 1, out.write(time, h * factor if factor != 1 else h), h, c, total + h if more else total

    zero = tf.zeros([tf.shape(t)[1], 2])
    out = tf.TensorArray(tf.float32, tf.shape(t)[0], element_shape=[2, 2])
    _, out, h, c, total = tf.while_loop(lambda time, *_: time < n, step, (start, out, zero, zero, zero))
    return out.stack(), h, c, total


def keras_model(name, layers, x):
    import keras

    model = keras.Sequential(layers)
    for weight in model.weights:
        weight.assign(RANDOM.normal(size=weight.shape) * 0.5)
    spec = tf.TensorSpec(model.input_shape, x.dtype, "x0")
    saved(name, tf.function(lambda t: model(t, training=False)).get_concrete_function(spec), [x])


def dynamic_rnn(t, cell, lengths=None):
    from tensorflow.python.keras.layers.legacy_rnn import rnn_cell_impl
    from tensorflow.python.ops import rnn

    made = getattr(rnn_cell_impl, cell)(3)
    return rnn.dynamic_rnn(made, t, lengths, dtype=tf.float32)


def embeddings():
    ids = np.array([[3, 0, 9], [1, 1, 8]], np.int64)
    for strategy in ["mod", "div"]:
        parts = [floats(n, 2) for n in [4, 3, 3]]
        look_up = lambda t: v1.nn.embedding_lookup([tf.constant(part) for part in parts], t, strategy)
        either(f"embedding_lookup, {strategy}", [ids], look_up, [(None, 3)])
    which = np.array([[1, 0], [2, 1]], np.int32)
    graph("DynamicPartition, rank 2", [floats(2, 2, 3), which], lambda t, n: tf.dynamic_partition(t, n, 3))
    rows = [np.array([[4, 0], [1, 0]], np.int32), np.array([2, 3], np.int32), floats(2, 2, 3), floats(2, 3)]
    for name in ["DynamicStitch", "ParallelDynamicStitch"]:
        stitch = lambda a, b, x, y: getattr(tf.raw_ops, name)(indices=[a, b], data=[x, y])
        rows[0] = np.array([[4, 0], [1, 0 if name == "DynamicStitch" else 5]], np.int32)
        graph(name, list(rows), stitch)


def slices():
    for index in [-1, 1]:
        parts = lambda t, i: (t[i], t[i:], t[:i], t[..., i], t[i, tf.newaxis, 1:])
        graph(f"StridedSlice, computed, {index}", [floats(3, 2), np.int32(index)], parts, [(None, 2), ()])


def text():
    """A network of text with its variables in a checkpoint, as Keras exports it."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    embedding = layers.Embedding(20, 4, mask_zero=True)
    both = layers.Bidirectional(layers.LSTM(3))
    model = keras.Sequential([layers.Input([None], dtype="int32"), embedding, both, layers.Dense(2)])
    folder = FIXTURES / "tensorflow-text"
    shutil.rmtree(folder, ignore_errors=True)
    model.export(folder, verbose=False)
    (folder / "fingerprint.pb").unlink()
    tokens = np.array([[3, 1, 4, 0], [19, 7, 2, 6]], np.int32)
    definition = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    signature = definition.meta_graphs[0].signature_def["serving_default"]
    [[_, given]], [[_, answer]] = signature.inputs.items(), signature.outputs.items()
    CASES.append(
        {
            "name": "a network of text, with variables",
            "format": "folder",
            "model": folder.name,
            "inputs": {given.name: tensor(tokens)},
            "outputs": {answer.name: tensor(model(tokens).numpy())},
        }
    )


def main():
    for family in [conditions, loops, recurrent, embeddings, slices, text]:
        family()
    text_of = "[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in CASES) + "\n]\n"
    (FIXTURES / "tensorflow-control.json").write_text(text_of)


if __name__ == "__main__":
    main()
