"""Networks that are written by hand, as they were before Keras: the SSD of the accelerated models, and the digits."""

import math

import tensorflow as tf

# Cells, anchors a cell: the blocks of azureml's SsdVgg. Block 4 has 37 cells a side.
BLOCKS = {4: 4, 7: 6, 8: 6, 9: 6, 10: 4, 11: 4}


class Network(tf.Module):
    """Draws its variables by `random` and keeps them; `like` takes those of another network, in another precision."""

    def __init__(self, dtype, random=None, like=None):
        self.dtype = dtype
        self.random = random
        self.like = like
        self.weights = {}
        self.run(tf.zeros([1, *self.shape], dtype))
        self.random = self.like = None

    def weight(self, name, shape, kind="kernel"):
        if name not in self.weights:
            self.weights[name] = tf.Variable(self.drawn(name, shape, kind), dtype=self.dtype, name=name)
        return self.weights[name]

    def drawn(self, name, shape, kind):
        if self.like is not None:
            return self.like.weights[name].numpy().astype(self.dtype)
        if kind == "kernel":
            return self.random.normal(size=shape) * math.sqrt(2 / math.prod(shape[:-1]))
        return self.random.normal(size=shape) * 0.1 + (20 if kind == "scale" else 0)

    def conv(self, x, name, size, filters, strides=1, padding="SAME", rate=1, relu=True):
        kernel = self.weight(f"{name}/weights", [size, size, x.shape[-1], filters])
        bias = self.weight(f"{name}/biases", [filters], "bias")
        with tf.name_scope(f"{name}/"):
            x = tf.nn.bias_add(tf.nn.conv2d(x, kernel, strides, padding, dilations=rate), bias)
            return tf.nn.relu(x) if relu else x


class SsdVgg(Network):
    """SSD-VGG-300. Its outputs: class logits of six blocks, then the offsets of their boxes."""

    shape = [300, 300, 3]
    divisor = 1
    classes = 21
    blocks = BLOCKS
    input_name = "InputImage"
    outputs = {
        **{f"out_{i}": f"ssd_300_vgg/block{block}_box/Reshape_1" for i, block in enumerate(BLOCKS)},
        **{f"out_{i + 6}": f"ssd_300_vgg/block{block}_box/Reshape" for i, block in enumerate(BLOCKS)},
    }

    def run(self, x):
        name = "ssd_300_vgg"
        ends = {}
        for block, (times, filters) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], 1):
            for i in range(times):
                x = self.narrow(x, f"conv{block}/conv{block}_{i + 1}", 3, filters)
            ends[block] = x
            if block < 5:
                # 75 rows become 37, as in the original; 37 become 19.
                x = tf.nn.max_pool2d(x, 2, 2, "SAME" if block == 4 else "VALID")
        x = tf.nn.max_pool2d(x, 3, 1, "SAME")
        x = self.narrow(x, "conv6", 3, 1024, rate=6)
        ends[7] = x = self.narrow(x, "conv7", 1, 1024)
        for block, filters, strides in ((8, 256, 2), (9, 128, 2), (10, 128, 1), (11, 128, 1)):
            if block not in self.blocks:
                break
            x = self.narrow(x, f"block{block}/conv1x1", 1, filters)
            if strides == 2:
                x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
            x = self.narrow(x, f"block{block}/conv3x3", 3, filters * 2, strides=strides, padding="VALID")
            ends[block] = x
        boxes = [self.box(ends[block], block, anchors) for block, anchors in self.blocks.items()]
        tensors = [logits for logits, _ in boxes] + [offsets for _, offsets in boxes]
        return {f"out_{i}": tensor for i, tensor in enumerate(tensors)}

    def narrow(self, x, name, size, filters, **options):
        return self.conv(x, f"ssd_300_vgg/{name}", size, filters // self.divisor, **options)

    def box(self, x, block, anchors):
        scope = f"ssd_300_vgg/block{block}_box"
        if block == 4:
            scale = self.weight(f"{scope}/L2Normalization/gamma", [x.shape[-1]], "scale")
            x = tf.nn.l2_normalize(x, -1, epsilon=1e-12) * scale
        offsets = self.conv(x, f"{scope}/conv_loc", 3, anchors * 4, relu=False)
        logits = self.conv(x, f"{scope}/conv_cls", 3, anchors * self.classes, relu=False)
        side = x.shape[1]
        with tf.name_scope(f"{scope}/"):
            offsets = tf.reshape(offsets, [-1, side, side, anchors, 4], name="Reshape")
            logits = tf.reshape(logits, [-1, side, side, anchors, self.classes], name="Reshape_1")
        return logits, offsets


class Digits(Network):
    """The network of the flow on a GPU: 784 pixels, two hidden layers, ten digits."""

    shape = [784]
    input_name = "network/X"
    outputs = {"scores": "network/output/MatMul"}

    def run(self, x):
        for name, units in (("h1", 300), ("h2", 100)):
            kernel = self.weight(f"network/{name}/kernel", [x.shape[-1], units])
            bias = self.weight(f"network/{name}/bias", [units], "bias")
            with tf.name_scope(f"network/{name}/"):
                x = tf.nn.relu(tf.matmul(x, kernel) + bias)
        kernel = self.weight("network/output/kernel", [x.shape[-1], 10])
        with tf.name_scope("network/output/"):
            return {"scores": tf.matmul(x, kernel, name="MatMul")}
