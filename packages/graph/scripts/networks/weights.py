"""Weights under which the output of a network depends on its input, which those of a fresh network hardly do."""

import math

import numpy as np


def initialise(model, random):
    """He-initialised kernels, and biases and scales that leave no term out."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            initialise(layer, random)
            continue
        values = [drawn(variable, layer, random) for variable in layer.weights]
        if values:
            layer.set_weights(values)


def derive(model):
    """Normalization computes with what it derives from its weights when a file is loaded, which set_weights leaves as it was."""
    for layer in model._flatten_layers():
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def drawn(variable, layer, random):
    shape = tuple(variable.shape)
    part = variable.path.split("/")[-1]
    kind = type(layer).__name__
    if part in ("gamma", "moving_variance", "variance"):
        return np.abs(1 + 0.1 * random.normal(size=shape))
    if part in ("beta", "bias", "moving_mean", "mean"):
        return 0.1 * random.normal(size=shape)
    if len(shape) < 2:
        return np.zeros(shape)
    if kind in ("Embedding", "LSTM", "GRU"):
        return random.normal(size=shape) * (1 if kind == "Embedding" else shape[0] ** -0.5)
    return he_normal(shape, part, kind, random)


def he_normal(shape, part, kind, random):
    depthwise = part == "depthwise_kernel" or kind == "DepthwiseConv2D"
    fan_in = math.prod(shape[:-2]) if depthwise else math.prod(shape[:-1])
    if kind == "Conv2DTranspose":
        # Rows, columns, outputs, inputs; with strides of 2, each output takes a quarter of the kernel.
        fan_in = shape[0] * shape[1] * shape[3] / 4
    return random.normal(size=shape) * math.sqrt(2 / fan_in)


def calibrate(model, images):
    """Batch norms take mean and variance of these images, each after those before it."""
    layers = [layer for layer in model._flatten_layers() if type(layer).__name__ == "BatchNormalization"]
    if not layers:
        return
    before = [layer.momentum for layer in layers]
    dropped = [layer for layer in model._flatten_layers() if type(layer).__name__ == "Dropout"]
    rates = [layer.rate for layer in dropped]
    for layer in layers:
        layer.momentum = 0.0
    for layer in dropped:
        layer.rate = 0.0
    model(images, training=True)
    for layer, momentum in zip(layers, before):
        layer.momentum = momentum
    for layer, rate in zip(dropped, rates):
        layer.rate = rate


def centre(model, key, samples):
    """No class has more than another in the mean of these samples: random weights give nearly all samples the same one."""
    last = model.output[key]._keras_history.operation
    kernel, bias = last.get_weights()
    last.set_weights([kernel, bias - model(samples, training=False)[key].numpy().mean(0)])
