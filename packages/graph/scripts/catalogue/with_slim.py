"""The networks of TF-slim, from its own functions where it has them, in a graph of TensorFlow 1."""

import contextlib
import importlib
import math
import sys
from importlib import metadata

import numpy as np
import tensorflow as tf

# TensorFlow looks for what slim needs where an older Keras had it.
for part in ("", ".base", ".convolutional", ".core", ".normalization", ".pooling"):
    sys.modules[f"tf_keras.legacy_tf_layers{part}"] = importlib.import_module(f"tf_keras.src.legacy_tf_layers{part}")

import tf_slim as slim
from tensorflow.core.protobuf import saver_pb2
from tf_slim.nets import resnet_utils, resnet_v1

from networks.inputs import MEANS

from . import answers

v1 = tf.compat.v1


def network(size):
    return SlimNetwork(size)


class SlimNetwork:
    versions = {"TF-slim": metadata.version("tf_slim"), "TensorFlow": tf.__version__}

    def __init__(self, size):
        self.size = size
        self.values = drawn(size)
        self.values = calibrated(size, self.values, preprocessed(size, answers.images(size, 8, seed=5)))

    def save(self, folder):
        with graph_of(self.size, np.float32) as (session, _, _):
            assign(session, self.values)
            v1.train.Saver().save(session, str(folder / "weights.ckpt"), write_meta_graph=False, write_state=False)
        if self.size["family"] == "vgg" and self.size["classes"] < 1000:
            self.save_v1(folder / "old.ckpt")
        return "weights.ckpt"

    def save_v1(self, path):
        """As TensorFlow wrote checkpoints until 0.12, and those of slim's networks are published."""
        with graph_of(self.size, np.float32) as (session, _, _):
            assign(session, self.values)
            saver = v1.train.Saver(write_version=saver_pb2.SaverDef.V1)
            saver.save(session, str(path), write_meta_graph=False, write_state=False)

    def formats(self, folder):
        checkpoint = self.save(folder)
        np.savez(folder / "weights.npz", **self.values)
        self.save_v1(folder / "old.ckpt")
        return {
            "checkpoint": folder / checkpoint,
            "checkpoint, version 1": folder / "old.ckpt",
            ".npz": folder / "weights.npz",
        }

    def shift(self, logits):
        last = "fc8" if self.size["family"] == "vgg" else "logits"
        self.values[f"{self.size['scope']}/{last}/biases"] += logits

    def run(self, levels):
        return outputs(self.size, self.values, preprocessed(self.size, levels), np.float32)

    def exactly(self, levels):
        return outputs(self.size, self.values, preprocessed(self.size, levels.astype(np.float64)), np.float64)


def preprocessed(size, levels):
    return (levels - MEANS.astype(levels.dtype)) * levels.dtype.type(size.get("scale", 1))


@contextlib.contextmanager
def graph_of(size, dtype, training=False):
    """A session with the network in it; the input, and its outputs by their names."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.disable_resource_variables()
        images = v1.placeholder(dtype, [None, size["side"], size["side"], 3])
        found = NETWORKS[size["family"]](images, size, training)
        session.run(v1.global_variables_initializer())
        yield session, images, found


def assign(session, values):
    """All at once: each run of a session looks at the whole graph."""
    known = [variable for variable in v1.global_variables() if variable.op.name in values]
    given = {variable.initializer.inputs[1]: values[variable.op.name] for variable in known}
    session.run([variable.initializer for variable in known], given)


def drawn(size):
    random = np.random.default_rng(20)
    values = {}
    with graph_of(size, np.float32):
        for variable in v1.global_variables():
            shape = variable.shape.as_list()
            kind = variable.op.name.split("/")[-1]
            if kind == "weights":
                values[variable.op.name] = random.normal(size=shape) * math.sqrt(2 / math.prod(shape[:-1]))
            elif kind in ("gamma", "moving_variance"):
                start = 20 if "L2Normalization" in variable.op.name else 1
                values[variable.op.name] = np.abs(start + 0.1 * random.normal(size=shape))
            else:
                values[variable.op.name] = 0.1 * random.normal(size=shape)
    return {name: value.astype(np.float32) for name, value in values.items()}


def calibrated(size, values, pixels):
    """Batch norms take mean and variance of these images."""
    with graph_of(size, np.float32, training=True) as (session, images, _):
        assign(session, values)
        updates = v1.get_collection(v1.GraphKeys.UPDATE_OPS)
        session.run(updates, {images: pixels})
        return session.run({one.op.name: one for one in v1.global_variables() if one.op.name in values})


def outputs(size, values, pixels, dtype):
    with graph_of(size, dtype) as (session, images, found):
        assign(session, values)
        parts = [session.run(found, {images: pixels[at : at + 4]}) for at in range(0, len(pixels), 4)]
    return {key: np.concatenate([part[key] for part in parts]) for key in found}


def batch_norms(training, epsilon):
    """While it trains, statistics are those of the last batch."""
    decay = 0.0 if training else 0.997
    return slim.arg_scope([slim.batch_norm], is_training=training, decay=decay, scale=True, epsilon=epsilon)


def residual(images, size, training):
    blocks = [
        resnet_v1.resnet_v1_block(
            f"block{index + 1}", size["width"] * 2**index, count, 2 if index < len(size["units"]) - 1 else 1
        )
        for index, count in enumerate(size["units"])
    ]
    arguments = resnet_utils.resnet_arg_scope(batch_norm_decay=0.0 if training else 0.997)
    with slim.arg_scope(arguments), slim.arg_scope([slim.batch_norm], is_training=training):
        with first_width(size["width"]):
            logits, ends = resnet_v1.resnet_v1(
                images, blocks, size["classes"], training, scope=size["scope"], include_root_block=True
            )
    pooled = tf.reduce_mean(ends[f"{size['scope']}/block{len(blocks)}"], [1, 2], keepdims=True)
    return {"features": pooled, "probabilities": tf.nn.softmax(tf.reshape(logits, [-1, size["classes"]]))}


@contextlib.contextmanager
def first_width(width):
    """The function has 64 channels in its first convolution, whatever it is given."""
    original = resnet_utils.conv2d_same

    def narrow(inputs, channels, *others, **options):
        return original(inputs, width if options.get("scope") == "conv1" else channels, *others, **options)

    resnet_utils.conv2d_same = narrow
    try:
        yield
    finally:
        resnet_utils.conv2d_same = original


def dense(images, size, training):
    """Names, paddings and constants of https://github.com/pudae/tensorflow-densenet, which slim does not have."""

    def active(x):
        return tf.nn.relu(slim.batch_norm(x))

    def step(x, channels, kernel, scope):
        with v1.variable_scope(scope):
            return slim.conv2d(active(x), channels, kernel)

    plain = slim.arg_scope([slim.conv2d], activation_fn=None, biases_initializer=None)
    with batch_norms(training, 1.1e-5), plain, v1.variable_scope(size["scope"]):
        x = active(slim.conv2d(images, size["width"], 7, stride=2, scope="conv1"))
        x = slim.max_pool2d(x, 3, stride=2, padding="SAME")
        for index, count in enumerate(size["units"]):
            with v1.variable_scope(f"dense_block{index + 1}"):
                for unit in range(count):
                    with v1.variable_scope(f"conv_block{unit + 1}"):
                        added = step(step(x, 4 * size["growth"], 1, "x1"), size["growth"], 3, "x2")
                        x = tf.concat([x, added], 3)
            if index < len(size["units"]) - 1:
                with v1.variable_scope(f"transition_block{index + 1}"):
                    x = slim.avg_pool2d(step(x, x.shape[-1] // 2, 1, "blk"), 2)
        with v1.variable_scope("final_block"):
            x = tf.reduce_mean(active(x), [1, 2], keepdims=True)
        logits = slim.conv2d(x, size["classes"], 1, biases_initializer=v1.zeros_initializer(), scope="logits")
    return {"features": x, "probabilities": tf.nn.softmax(tf.reshape(logits, [-1, size["classes"]]))}


def vgg(images, size, training):
    """As slim's vgg_16, whose widths are fixed."""
    with v1.variable_scope(size["scope"]):
        x = images
        for index, (channels, count) in enumerate(zip(size["widths"], size["units"]), 1):
            x = slim.repeat(x, count, slim.conv2d, channels, 3, scope=f"conv{index}")
            x = slim.max_pool2d(x, 2, scope=f"pool{index}")
        x = slim.conv2d(x, size["hidden"], x.shape[1], padding="VALID", scope="fc6")
        features = slim.conv2d(x, size["hidden"], 1, scope="fc7")
        logits = slim.conv2d(features, size["classes"], 1, activation_fn=None, scope="fc8")
    return {"features": features, "logits": tf.reshape(logits, [-1, size["classes"]])}


def ssd(images, size, training):
    """As https://github.com/balancap/SSD-Tensorflow has it, on 37 cells in the first block of boxes."""
    width = size["width"]
    boxes = {4: 4, 7: 6, 8: 6, 9: 6, 10: 4, 11: 4}
    with v1.variable_scope(size["scope"]):
        ends = {}
        x = images
        for block, count in enumerate([2, 2, 3, 3, 3], 1):
            x = slim.repeat(x, count, slim.conv2d, width * min(8, 2 ** (block - 1)), 3, scope=f"conv{block}")
            ends[block] = x
            if block < 5:
                x = slim.max_pool2d(x, 2, padding="SAME" if block == 4 else "VALID")
        x = slim.max_pool2d(x, 3, stride=1, padding="SAME")
        x = slim.conv2d(x, 16 * width, 3, rate=6, scope="conv6")
        ends[7] = x = slim.conv2d(x, 16 * width, 1, scope="conv7")
        for block, channels, stride in ((8, 4, 2), (9, 2, 2), (10, 2, 1), (11, 2, 1)):
            with v1.variable_scope(f"block{block}"):
                x = slim.conv2d(x, channels * width, 1, scope="conv1x1")
                if stride == 2:
                    x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
                x = slim.conv2d(x, 2 * channels * width, 3, stride=stride, padding="VALID", scope="conv3x3")
                ends[block] = x
        both = [box(ends[block], block, anchors, size["classes"]) for block, anchors in boxes.items()]
    names = [f"{size['scope']}/block{block}_box/{part}:0" for part in ("Reshape_1", "Reshape") for block in boxes]
    return dict(zip(names, [logits for logits, _ in both] + [offsets for _, offsets in both]))


def box(x, block, anchors, classes):
    side = x.shape[1]
    with v1.variable_scope(f"block{block}_box"):
        if block == 4:
            with v1.variable_scope("L2Normalization"):
                scale = v1.get_variable("gamma", [x.shape[-1]], x.dtype)
            x = tf.nn.l2_normalize(x, -1, epsilon=1e-12) * scale
        offsets = slim.conv2d(x, anchors * 4, 3, activation_fn=None, scope="conv_loc")
        logits = slim.conv2d(x, anchors * classes, 3, activation_fn=None, scope="conv_cls")
    return (
        tf.reshape(logits, [-1, side, side, anchors, classes]),
        tf.reshape(offsets, [-1, side, side, anchors, 4]),
    )


NETWORKS = {"resnet": residual, "densenet": dense, "vgg": vgg, "ssd": ssd}
