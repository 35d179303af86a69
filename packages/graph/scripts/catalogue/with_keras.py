"""The networks of keras.applications, with other sizes, as their own functions build them."""

import gzip
import pathlib
import tempfile
import zipfile

import h5py
import keras
import numpy as np
import tensorflow as tf

from networks import weights

from . import answers

applications = keras.applications
layers = keras.layers


def network(size):
    return KerasNetwork(size)


class KerasNetwork:
    versions = {"Keras": keras.__version__, "TensorFlow": tf.__version__}

    def __init__(self, size):
        self.size = size
        random = np.random.default_rng(20)
        self.model = build(size)
        weights.initialise(self.model, random)
        weights.calibrate(self.model, preprocessed(size, answers.images(size, 8, seed=5)))

    def save(self, folder):
        self.model.save(str(folder / "weights.h5"))
        if self.size["family"] == "densenet":
            self.save_compressed(folder)
        return "weights.h5"

    def save_compressed(self, folder):
        """The other files of it that there are, which are mostly empty, small enough to be kept."""
        with tempfile.TemporaryDirectory() as name:
            paths = self.formats(pathlib.Path(name))
            weights = gzip.compress(paths[".weights.h5"].read_bytes(), mtime=0)
            (folder / "weights.weights.h5.gz").write_bytes(weights)
            old = pathlib.Path(name) / "old.h5"
            write_old(paths[".h5"], old)
            (folder / "old-names.h5.gz").write_bytes(gzip.compress(old.read_bytes(), mtime=0))
            with (
                zipfile.ZipFile(paths[".keras"]) as stored,
                zipfile.ZipFile(folder / "network.keras", "w", zipfile.ZIP_DEFLATED) as deflated,
            ):
                for entry in stored.namelist():
                    deflated.writestr(entry, stored.read(entry))

    def formats(self, folder):
        paths = {name: folder / f"network{name}" for name in (".h5", ".weights.h5", ".keras")}
        self.model.save(str(paths[".h5"]))
        self.model.save_weights(str(paths[".weights.h5"]))
        self.model.save(str(paths[".keras"]))
        return paths

    def shift(self, logits):
        last = self.model.get_layer("predictions")
        kernel, bias = last.get_weights()
        last.set_weights([kernel, bias + logits])

    def run(self, levels):
        return outputs(self.model, self.size, preprocessed(self.size, levels))

    def exactly(self, levels):
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")
        try:
            model = build(self.size)
            model.set_weights(self.model.get_weights())
            return outputs(model, self.size, preprocessed(self.size, levels.astype(np.float64)))
        finally:
            keras.config.set_floatx("float32")
            keras.config.set_dtype_policy("float32")


# As the files of DenseNet have it that keras.applications publishes.
OLD_NAMES = {"conv1_conv": "conv1/conv", "conv1_bn": "conv1/bn", "predictions": "fc1000"}


def write_old(path, into):
    """Weights alone, under names that Keras does not give any more."""
    with h5py.File(path) as new, h5py.File(into, "w") as old:
        layers = new["model_weights"]
        names = list(layers.attrs["layer_names"])
        old.attrs["layer_names"] = [OLD_NAMES.get(name, name).encode() for name in names]
        for name in names:
            layer = OLD_NAMES.get(name, name)
            variables = {f"{layer}/{path.split('/')[-1]}:0": layers[name][path] for path in layers[name].attrs["weight_names"]}
            group = old.create_group(layer)
            group.attrs["weight_names"] = [variable.encode() for variable in variables]
            for variable, values in variables.items():
                group[variable] = values[()]


def preprocessed(size, levels):
    module = {"resnet": applications.resnet, "densenet": applications.densenet, "vgg": applications.vgg16}
    return module[size["family"]].preprocess_input(levels.copy())


def outputs(model, size, pixels):
    ends = {"resnet": "avg_pool", "densenet": "avg_pool", "vgg": "fc2"}
    both = keras.Model(model.input, [model.get_layer(ends[size["family"]]).output, model.output])
    features, last = both.predict(pixels, batch_size=4, verbose=0)
    key = "logits" if size["family"] == "vgg" else "probabilities"
    return {"features": features.reshape(len(pixels), 1, 1, -1), key: last}


def build(size):
    keras.utils.set_random_seed(1)
    shape = (size["side"], size["side"], 3)
    if size["family"] == "resnet":
        return resized(residual(size, shape), size)
    if size["family"] == "densenet":
        return resized(dense(size, shape), size)
    return resized(
        applications.VGG16(weights=None, input_shape=shape, classes=size["classes"], classifier_activation=None), size
    )


def residual(size, shape):
    """As ResNet50 calls it, with other numbers of units."""
    from keras.src.applications import resnet

    def stack(x):
        for index, count in enumerate(size["units"]):
            stride = 1 if index == 0 else 2
            x = resnet.stack_residual_blocks_v1(
                x, 64 * 2**index, count, stride1=stride, name=f"conv{index + 2}"
            )
        return x

    return resnet.ResNet(
        stack, False, True, name="resnet", weights=None, input_shape=shape, classes=size["classes"], weights_name=None
    )


def dense(size, shape):
    from keras.src.applications import densenet

    return densenet.DenseNet(size["units"], weights=None, input_shape=shape, classes=size["classes"])


def resized(model, size):
    """The same layers with as many channels as the size has."""
    clones = {"resnet": by_factor, "densenet": by_part, "vgg": by_block}
    images = keras.Input((size["side"], size["side"], 3))
    return keras.models.clone_model(
        model, input_tensors=images, clone_function=lambda layer: clones[size["family"]](layer, size)
    )


def changed(layer, **settings):
    return type(layer).from_config({**layer.get_config(), **settings})


def by_factor(layer, size):
    if isinstance(layer, layers.Conv2D):
        return changed(layer, filters=layer.filters * size["width"] // 64)
    return changed(layer)


def by_part(layer, size):
    if not isinstance(layer, layers.Conv2D):
        return changed(layer)
    if layer.name == "conv1_conv":
        return changed(layer, filters=size["width"])
    if not layer.name.startswith("pool"):
        return changed(layer, filters=size["growth"] * (4 if layer.name.endswith("_1_conv") else 1))
    channels = size["width"]
    for units in size["units"][: int(layer.name[4]) - 1]:
        channels = (channels + units * size["growth"]) // 2
    return changed(layer, filters=channels)


def by_block(layer, size):
    if isinstance(layer, layers.Conv2D):
        return changed(layer, filters=size["widths"][int(layer.name[5]) - 1])
    if isinstance(layer, layers.Dense) and layer.name.startswith("fc"):
        return changed(layer, units=size["hidden"])
    return changed(layer)
