"""Makes fixtures/tensorflow-ops.json and fixtures/tensorflow-ops/*.json: small graphs of single ops, what they are fed, and
what TensorFlow computes; and fixtures/tensorflow-answers.json: the same of the models that make-tensorflow-files.py made.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/make-tensorflow-ops.py [family of tensorflow_ops ...]

    npx biome format --write packages/graph/fixtures
"""

import json
import pathlib
import sys

import numpy as np
import tensorflow as tf

from tensorflow_ops import FAMILIES, embedding
from tensorflow_ops.cases import case, floats, ints, start, tensor, write

v1 = tf.compat.v1
raw = tf.raw_ops
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def elementwise():
    x = np.concatenate([floats(2, 5) * 4, np.zeros([1, 5], np.float32)])
    positive = np.abs(floats(2, 5)) + 0.1
    for name in "Abs Neg Sign Exp Floor Ceil Rint Sin Cos Erf Square Sigmoid Tanh Relu Relu6 Elu Selu Softplus".split():
        case(name, [x], lambda t: getattr(raw, name)(**{argument(name): t}), [(None, 5)])
    case("Softsign", [x], lambda t: raw.Softsign(features=t))
    case("LeakyRelu", [x], lambda t: raw.LeakyRelu(features=t))
    case("LeakyRelu, alpha", [x], lambda t: raw.LeakyRelu(features=t, alpha=0.3))
    for name in "Log Sqrt Rsqrt Reciprocal Inv".split():
        case(name, [positive], lambda t: getattr(raw, name)(x=t))
    case("Rint, halves", [np.array([-1.5, -0.5, 0.5, 1.5, 2.5], np.float32)], lambda t: raw.Rint(x=t))
    case("Neg, int32", [ints(3)], lambda t: raw.Neg(x=t))
    case("Relu6, empty", [np.zeros([0, 3], np.float32)], lambda t: raw.Relu6(features=t), [(None, 3)])
    case("Exp, unknown rank", [x], lambda t: raw.Exp(x=t), [None])
    for name in "Add AddV2 Sub Mul RealDiv Maximum Minimum SquaredDifference".split():
        case(name, [x, floats(5)], lambda a, b: getattr(raw, name)(x=a, y=b), [(None, 5), (5,)])
        case(f"{name}, broadcast", [floats(4, 1, 3), floats(2, 1)], lambda a, b: getattr(raw, name)(x=a, y=b))
    for name in "AddV2 Sub Mul Maximum Minimum".split():
        case(f"{name}, int32", [ints(2, 3), ints(3)], lambda a, b: getattr(raw, name)(x=a, y=b))
        case(f"{name}, int64", [ints(4).astype(np.int64)] * 2, lambda a, b: getattr(raw, name)(x=a, y=b))
    case("Pow", [positive, floats(2, 5)], lambda a, b: raw.Pow(x=a, y=b))
    for name in "Equal NotEqual Less LessEqual Greater GreaterEqual".split():
        case(name, [ints(4, 6) % 3, ints(6) % 3], lambda a, b: getattr(raw, name)(x=a, y=b))
        case(f"{name}, float32", [x, floats(5)], lambda a, b: getattr(raw, name)(x=a, y=b))
    left, right = np.array([True, True, False, False]), np.array([True, False, True, False])
    case("LogicalAnd", [left, right], lambda a, b: raw.LogicalAnd(x=a, y=b))
    case("LogicalOr", [left, right], lambda a, b: raw.LogicalOr(x=a, y=b))
    case("LogicalNot", [left], lambda a: raw.LogicalNot(x=a))
    case("Select, rows", [left, floats(4, 3), floats(4, 3)], lambda c, a, b: raw.Select(condition=c, x=a, y=b))
    case("Select, all", [left, floats(4), floats(4)], lambda c, a, b: raw.Select(condition=c, x=a, y=b))
    case("SelectV2", [left, floats(3, 4), floats(4)], lambda c, a, b: raw.SelectV2(condition=c, t=a, e=b))
    case("BiasAdd", [floats(2, 3, 4), floats(4)], lambda a, b: raw.BiasAdd(value=a, bias=b), [(None, 3, 4), (4,)])
    image = [floats(2, 3, 4, 5), floats(3)]
    case("BiasAdd, NCHW", image, lambda a, b: raw.BiasAdd(value=a, bias=b, data_format="NCHW"))
    case("Softmax", [x * 10], lambda t: raw.Softmax(logits=t))
    case("Softmax, rank 3", [floats(2, 3, 4)], lambda t: raw.Softmax(logits=t))
    case("LogSoftmax", [x * 10], lambda t: raw.LogSoftmax(logits=t))
    for name in ["ArgMax", "ArgMin"]:
        case(name, [floats(3, 4)], lambda t: getattr(raw, name)(input=t, dimension=1), [(None, 4)])
        case(f"{name}, ties", [np.array([1, 3, 3, 1], np.float32)], lambda t: getattr(raw, name)(input=t, dimension=0))
        case(
            f"{name}, int32 of the last axis",
            [floats(3, 4)],
            lambda t: getattr(raw, name)(input=t, dimension=-1, output_type=tf.int32),
        )
    case("Cast, to int32", [x], lambda t: tf.cast(t, tf.int32))
    case("Cast, to bool", [ints(6) % 2], lambda t: tf.cast(t, tf.bool))
    case("Cast, from bool", [left], lambda t: tf.cast(t, tf.float32))
    case("Cast, uint8", [np.arange(250, 256).astype(np.uint8)], lambda t: tf.cast(t, tf.float32))
    case("gelu, tanh", [x], lambda t: tf.nn.gelu(t, approximate=True))
    case("gelu, erf", [x], lambda t: 0.5 * t * (1.0 + tf.math.erf(t / np.float32(np.sqrt(2)))))


def argument(name):
    features = ["Relu", "Relu6", "Elu", "Selu", "Softplus"]
    return "features" if name in features else "x"


def matrices():
    for a in [False, True]:
        for b in [False, True]:
            left, right = floats(*((3, 2) if a else (2, 3))), floats(*((4, 3) if b else (3, 4)))
            case(f"MatMul, {a}, {b}", [left, right], lambda x, y: tf.matmul(x, y, a, b))
    case("MatMul, empty", [floats(0, 3), floats(3, 2)], tf.matmul, [(None, 3), (3, 2)])
    x, y = floats(2, 3, 4), floats(2, 4, 5)
    case("BatchMatMul", [x, y], lambda a, b: raw.BatchMatMul(x=a, y=b))
    case("BatchMatMulV2", [floats(2, 1, 3, 4), y], lambda a, b: raw.BatchMatMulV2(x=a, y=b))
    case("BatchMatMulV2, adj", [floats(2, 4, 3), floats(5, 4)], lambda a, b: raw.BatchMatMulV2(x=a, y=b, adj_x=True, adj_y=True))


def reductions():
    x = floats(2, 3, 4)
    for name in "Mean Sum Prod Max Min".split():
        for axes in [[1], [0, -1], [], [0, 1, 2]]:
            for keep in [False, True]:
                case(
                    f"{name}, {axes}, {keep}",
                    [x],
                    lambda t: getattr(raw, name)(input=t, axis=tf.constant(axes, tf.int32), keep_dims=keep),
                    [(None, 3, 4)],
                )
    for name in "Sum Prod Max Min".split():
        case(f"{name}, int32", [ints(3, 4)], lambda t: getattr(raw, name)(input=t, axis=-1))
    case("Sum, empty", [floats(0, 4)], lambda t: raw.Sum(input=t, axis=0), [(None, 4)])
    flags = np.array([[True, False], [True, True], [False, False]])
    for name in ["All", "Any"]:
        case(name, [flags], lambda t: getattr(raw, name)(input=t, axis=[1]))


def shapes():
    x = floats(2, 3, 4)
    batch = (None, 3, 4)
    case("Shape", [x], lambda t: raw.Shape(input=t), [batch])
    case("Shape, int64", [x], lambda t: raw.Shape(input=t, out_type=tf.int64), [batch])
    case("Reshape", [x], lambda t: tf.reshape(t, [-1, 12]), [batch])
    case("Reshape, empty", [floats(0, 3, 4)], lambda t: tf.reshape(t, [0, 12]), [batch])
    case("Reshape, computed", [x, np.array([4, 6], np.int32)], tf.reshape)
    case("Reshape, packed", [x], lambda t: tf.reshape(t, tf.stack([tf.shape(t)[0], 12])), [batch])
    case("Reshape, product", [x], lambda t: tf.reshape(t, [-1, tf.reduce_prod(tf.shape(t)[1:])]), [batch])
    case("Squeeze", [floats(2, 1, 3, 1)], lambda t: tf.squeeze(t))
    case("Squeeze, axes", [floats(2, 1, 3, 1)], lambda t: tf.squeeze(t, [-3]), [(None, 1, 3, 1)])
    for axis in [0, 1, -1]:
        case(f"ExpandDims, {axis}", [x], lambda t: tf.expand_dims(t, axis), [batch])
        case(f"Pack, {axis}", [x, x + 1], lambda a, b: tf.stack([a, b], axis), [batch, batch])
        case(f"ConcatV2, {axis}", [x, x + 1], lambda a, b: raw.ConcatV2(values=[a, b], axis=axis), [batch, batch])
    case("Concat", [x, x], lambda a, b: raw.Concat(concat_dim=2, values=[a, b]))
    case("Transpose", [x], lambda t: tf.transpose(t, [2, 0, 1]), [batch])
    case("Tile", [x], lambda t: tf.tile(t, [2, 1, 3]), [batch])
    case("Fill", [np.array([2, 3], np.int32), np.float32(1.5)], lambda a, b: tf.fill(a, b))
    case("Range", [np.int32(7), np.int32(-3)], lambda a, b: tf.range(a, 0, b))
    case("Gather", [x, np.array([1, 0, 1], np.int32)], lambda a, b: raw.Gather(params=a, indices=b))
    case("GatherV2", [x, np.array([[2, 0]], np.int64)], lambda a, b: tf.gather(a, b, axis=1))
    case("GatherV2, last axis", [x, np.int32(3)], lambda a, b: tf.gather(a, b, axis=-1))
    case("Pad", [x], lambda t: raw.Pad(input=t, paddings=[[0, 1], [2, 0], [1, 1]]), [batch])
    case("Pad, computed", [x, np.array([[0, 1], [2, 0], [1, 1]], np.int32)], lambda t, p: raw.Pad(input=t, paddings=p))
    case("PadV2", [x], lambda t: raw.PadV2(input=t, paddings=[[0, 1], [2, 0], [1, 1]], constant_values=3.5))
    case("MirrorPad", [x], lambda t: raw.MirrorPad(input=t, paddings=[[0, 1], [2, 0], [1, 1]], mode="REFLECT"))


def slices():
    x = floats(4, 5, 6)
    batch = (None, 5, 6)
    case("StridedSlice", [x], lambda t: t[1:3], [batch])
    case("StridedSlice, one", [x], lambda t: t[1, -1], [batch])
    case("StridedSlice, backwards", [x], lambda t: t[::-1, 3:0:-2, -2::-1], [batch])
    case("StridedSlice, ellipsis", [x], lambda t: t[..., 1:-1:2], [batch])
    case("StridedSlice, new axes", [x], lambda t: t[tf.newaxis, 2, ..., tf.newaxis, 0], [batch])
    case("StridedSlice, beyond", [x], lambda t: t[2:100, -100:2, 5:2], [batch])


def same():
    x = floats(2, 3)
    case("Identity", [x], tf.identity)
    case("IdentityN", [x, x + 1], lambda a, b: raw.IdentityN(input=[a, b])[1])
    case("StopGradient", [x], tf.stop_gradient)
    case("PreventGradient", [x], lambda t: raw.PreventGradient(input=t))
    case("Snapshot", [x], lambda t: raw.Snapshot(input=t))
    case("PlaceholderWithDefault", [x], lambda t: t + raw.PlaceholderWithDefault(input=np.float32(2), shape=[]))


def images():
    x = floats(1, 7, 6, 2)
    sizes = {"known": (None, 7, 6, 2), "unknown": (None, None, None, 2)}
    kernel, deep = floats(3, 2, 2, 3), floats(3, 2, 2, 2)
    explicit = [0, 0, 1, 2, 0, 3, 0, 0]
    for known, shape in sizes.items():
        for padding in ["SAME", "VALID", explicit]:
            for stride, dilation in [([1, 1], [1, 1]), ([2, 3], [1, 1]), ([1, 1], [2, 3])]:
                case(
                    f"Conv2D, {padding}, strides {stride}, dilations {dilation}, {known} sizes",
                    [x],
                    lambda t: raw.Conv2D(
                        input=t,
                        filter=kernel,
                        strides=[1, *stride, 1],
                        dilations=[1, *dilation, 1],
                        padding="EXPLICIT" if padding == explicit else padding,
                        explicit_paddings=padding if padding == explicit else [],
                    ),
                    [shape],
                )
        for padding in ["SAME", "VALID"]:
            for stride in [1, 2]:
                strides = [1, stride, stride, 1]
                case(
                    f"DepthwiseConv2dNative, {padding}, stride {stride}, {known} sizes",
                    [x],
                    lambda t: raw.DepthwiseConv2dNative(input=t, filter=deep, strides=strides, padding=padding),
                    [shape],
                )
            for stride in [1, 2, 3]:
                strides = [1, stride, 2, 1]
                for name in ["MaxPool", "AvgPool"]:
                    argument = "input" if name == "MaxPool" else "value"
                    case(
                        f"{name}, {padding}, stride {stride}, {known} sizes",
                        [x],
                        lambda t: getattr(raw, name)(**{argument: t}, ksize=[1, 3, 2, 1], strides=strides, padding=padding),
                        [shape],
                    )
    case("Conv2D, groups", [x], lambda t: raw.Conv2D(input=t, filter=floats(3, 2, 1, 6), strides=[1] * 4, padding="SAME"))
    scale, offset, mean, variance = floats(2), floats(2), floats(2), np.abs(floats(2)) + 0.1
    for name in "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3".split():
        case(
            name,
            [x],
            lambda t: getattr(raw, name)(
                x=t, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.001, is_training=False
            )[0],
            [sizes["known"]],
        )


def models():
    """What the models of fixtures/tensorflow answer."""
    folder = FOLDER / "tensorflow"
    answers = {}
    with v1.Session(graph=tf.Graph()) as session:
        path = str(folder / "tf1-checkpoint" / "mnist-tf.model")
        v1.train.import_meta_graph(f"{path}.meta", clear_devices=True).restore(session, path)
        answers["tf1-checkpoint"] = answer(session, "network/X:0", floats(3, 6), "network/output/MatMul:0")
    arrays = {"tf1-saved-model": floats(3, 3), "tf2-saved-model": floats(3, 2), "keras-export": floats(2, 8, 8, 1)}
    for name, x in arrays.items():
        with v1.Session(graph=tf.Graph()) as session:
            graph = v1.saved_model.load(session, ["serve"], str(folder / name))
            signature = graph.signature_def["serving_default"]
            [[_, inputs]], [[_, outputs]] = signature.inputs.items(), signature.outputs.items()
            answers[name] = answer(session, inputs.name, x, outputs.name)
    with v1.Session(graph=tf.Graph()) as session:
        definition = v1.GraphDef.FromString((folder / "frozen.pb").read_bytes())
        tf.import_graph_def(definition, name="")
        answers["frozen.pb"] = answer(session, "x:0", floats(3, 3), "scores/y:0")
    (FOLDER / "tensorflow-answers.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")


def answer(session, name, value, output):
    return {"inputs": {name: tensor(value)}, "outputs": {output: tensor(session.run(output, {name: value}))}}


def main(chosen):
    for name, family in FAMILIES.items():
        if not chosen or name in chosen:
            start()
            family()
            write(FOLDER / "tensorflow-ops" / f"{name}.json")
    if not chosen or "embedding" in chosen:
        start()
        embedding.write(FOLDER / "tensorflow-embedding")
    if chosen:
        return
    start()
    for family in [elementwise, matrices, reductions, shapes, slices, same, images]:
        family()
    write(FOLDER / "tensorflow-ops.json")
    models()


if __name__ == "__main__":
    main(sys.argv[1:])
