"""The networks that conversion is held to, under one interface."""

import keras
import numpy as np
import tensorflow as tf

from . import inputs, weights
from .keras_networks import KERAS_NETWORKS
from .modules import Digits, SsdVgg
from .narrow import NARROW_NETWORKS, SmallSsd

MODULES = {
    "ssd-vgg-300": (SsdVgg, inputs.less_means),
    "mnist-mlp": (Digits, inputs.fractions),
}
LARGE = [*KERAS_NETWORKS, *MODULES]
SMALL_MODULES = {"ssd": (SmallSsd, inputs.less_means)}
SMALL = [*NARROW_NETWORKS, *SMALL_MODULES]

# As many images as batch norms are calibrated on.
CALIBRATION = 8
SEED = 20
# As many as last biases are chosen by, drawn by themselves.
CENTRING = 16
CENTRING_SEED = 6


def large(name):
    network = made(name, KERAS_NETWORKS, MODULES)
    network.centre()
    return network


def small(name):
    """Of the same family, with the first blocks and few channels."""
    return made(name, NARROW_NETWORKS, SMALL_MODULES)


def made(name, of_keras, modules):
    random = np.random.default_rng(SEED)
    if name in modules:
        return ModuleNetwork(*modules[name], random)
    return KerasNetwork(of_keras[name], random)


class KerasNetwork:
    """`tensor_names`: of the outputs, in a frozen graph. `softmax`: outputs that hide what the network says."""

    input_name = "images"

    def __init__(self, kind, random):
        self.kind = kind
        self.random = random
        self.model = kind.build()
        weights.initialise(self.model, random)
        weights.derive(self.model)
        weights.calibrate(self.model, self.samples(CALIBRATION))
        self.tensor_names = {key: key for key in self.model.output}
        self.softmax = [key for key in self.tensor_names if key == "probabilities"]
        self.function = function(self.named, [*kind.shape], "images", kind.dtype)

    def centre(self):
        samples = self.kind.samples(CENTRING, np.random.default_rng(CENTRING_SEED))
        weights.centre(self.model, "logits", samples)

    def named(self, images):
        return {key: tf.identity(value, key) for key, value in self.model(images, training=False).items()}

    def samples(self, count):
        return self.kind.samples(count, self.random)

    def exactly(self, samples):
        """In float64, with the same weights."""
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")
        try:
            model = self.kind.build()
            model.set_weights(self.model.get_weights())
            weights.derive(model)
            return run(lambda x: model(x, training=False), as_float64(samples))
        finally:
            keras.config.set_floatx("float32")
            keras.config.set_dtype_policy("float32")

    def save_models(self, folder):
        self.model.export(str(folder / "keras-export"), verbose=False)
        tf.saved_model.save(self.model, str(folder / "saved-model"))
        layers = {tensor._keras_history.operation.name: key for key, tensor in self.model.output.items()}
        self.model.save(str(folder / "model.keras"))
        self.model.save(str(folder / "model.h5"))
        return [
            {"format": "Keras export", "path": "keras-export", "request": {}, "outputs": {}},
            {"format": "SavedModel", "path": "saved-model", "request": {}, "outputs": {}},
            {"format": ".keras", "path": "model.keras", "request": {}, "outputs": layers},
            {"format": ".h5", "path": "model.h5", "request": {}, "outputs": layers},
        ]


class ModuleNetwork:
    softmax = []

    def __init__(self, kind, scaled, random):
        self.scaled = scaled
        self.random = random
        self.module = kind("float32", random)
        self.input_name = kind.input_name
        self.tensor_names = kind.outputs
        self.function = function(self.module.run, kind.shape, kind.input_name, "float32")

    def centre(self):
        """These have no last bias, or one for each of many places."""

    def samples(self, count):
        shape = self.module.shape
        if len(shape) == 3:
            return self.scaled(inputs.images(count, *shape, self.random))
        side = int(shape[0] ** 0.5)
        return self.scaled(inputs.images(count, side, side, 1, self.random)).reshape([count, *shape])

    def exactly(self, samples):
        return run(type(self.module)("float64", like=self.module).run, as_float64(samples))

    def save_models(self, folder):
        tf.saved_model.save(self.module, str(folder / "saved-model"), {"serving_default": self.function})
        return [{"format": "SavedModel", "path": "saved-model", "request": {}, "outputs": {}}]


def function(call, shape, name, dtype):
    return tf.function(call, [tf.TensorSpec([None, *shape], dtype, name)], autograph=False)


def as_float64(samples):
    return samples.astype(np.float64) if samples.dtype == np.float32 else samples


def run(call, samples, at_once=4):
    """Few rows at once, for memory."""
    call = tf.function(call, autograph=False)
    parts = []
    for first in range(0, len(samples), at_once):
        parts.append({key: value.numpy() for key, value in call(samples[first : first + at_once]).items()})
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
