"""Makes fixtures/keras: small models in each file that Keras 3 and Keras 2 write, and what Keras answers.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0 keras==3.15.1 tf_keras==2.21.0
    venv/bin/python packages/graph/scripts/make-keras-files.py

    npx biome format --write packages/graph/fixtures/keras-answers.json

The tests read the files and compare with keras-answers.json, so that they need no Keras. Models and names are the same
in both generations where both have them; each is saved as `.keras` and as `.h5`, packed with gzip.
"""

import base64
import gzip
import json
import os
import pathlib
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
GENERATIONS = {"keras3": keras, "keras2": tf_keras}


def main():
    target = FOLDER / "keras"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    answers = {}
    for generation, k in GENERATIONS.items():
        for make in MODELS:
            k.backend.clear_session()
            k.utils.set_random_seed(1)
            model = make(k)
            if model is None:
                continue
            settle(model)
            name = f"{generation}-{make.__name__.replace('_', '-')}"
            for end in ("keras", "h5"):
                model.save(target / f"{name}.{end}")
            # What the file says counts, not what was in memory.
            answers[name] = answer(k.models.load_model(target / f"{name}.keras"), TOLERANCES.get(make, 0))
    for generation, k in GENERATIONS.items():
        k.backend.clear_session()
        refused(k).save(target / f"{generation}-refused.h5")
    refused(keras).save(target / "keras3-refused.keras")
    for file in list(target.iterdir()):
        # Groups of HDF5 are mostly empty: packed, the models take a tenth.
        packed = gzip.compress(file.read_bytes(), mtime=0)
        (target / f"{file.name}.gz").write_bytes(packed)
        file.unlink()
    with open(FOLDER / "keras-answers.json", "w") as file:
        json.dump(answers, file, indent=1, sort_keys=True)
        file.write("\n")


def settle(model):
    """Weights that no layer begins with, lest zeros and ones hide a mistake."""
    random = np.random.default_rng(2)
    for weight in model.weights:
        name = weight.name
        # What a layer has learnt from data, it keeps in a form of its own as well.
        if name in ("mean", "variance") or name.startswith(("mean:", "variance:")):
            continue
        value = random.uniform(-0.5, 0.5, tuple(weight.shape))
        if "variance" in name:
            value = value + 1.0
        if "count" in name or "seed" in name:
            continue
        weight.assign(value.astype("float32"))


def answer(model, tolerance):
    random = np.random.default_rng(3)
    inputs = {}
    for tensor in model.inputs:
        shape = [2 if size is None else size for size in tensor.shape]
        dtype = tf.as_dtype(tensor.dtype).as_numpy_dtype
        name = tensor.name.split(":")[0]
        if np.issubdtype(dtype, np.integer):
            high = 200 if dtype == np.uint8 else 7
            inputs[name] = random.integers(0, high, shape).astype(dtype)
        else:
            inputs[name] = random.uniform(-2, 2, shape).astype(dtype)
    # Keras 3 takes a batch of any size where the file says one: what it computes is the same.
    outputs = model(list(inputs.values()) if len(inputs) > 1 else next(iter(inputs.values())), training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    names = getattr(model, "output_names", [model.layers[-1].name])
    return {
        "inputs": {name: described(value) for name, value in inputs.items()},
        "outputs": {
            name: described(np.asarray(value)) | ({"tolerance": tolerance} if tolerance else {})
            for name, value in zip(names, outputs, strict=True)
        },
    }


def described(value):
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": str(value.dtype), "shape": list(value.shape), "data": data}


def mlp(k):
    layers = k.layers
    return k.Sequential(
        [
            k.Input((6,), name="features"),
            layers.Dense(5, activation="relu", name="hidden"),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax", name="scores"),
        ]
    )


def deferred(k):
    """Without an input layer: it says at its first layer, or beside its layers, what it takes."""
    layers = k.layers
    if k is tf_keras:
        return k.Sequential([layers.Dense(4, use_bias=False, input_shape=(3,)), layers.ELU(0.5)])
    model = k.Sequential([layers.Dense(4, use_bias=False), layers.ELU(0.5)])
    model.build((None, 3))
    return model


def convolutional(k):
    """Windows over images, with what stands around them in networks."""
    layers = k.layers
    x = image = k.Input((12, 12, 3), name="image")
    x = layers.Rescaling(1 / 4, offset=0.1)(x)
    x = layers.ZeroPadding2D(((1, 2), (0, 1)))(x)
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    x = layers.LeakyReLU(name="leaky")(x)
    side = layers.Conv2D(4, (1, 3), dilation_rate=2, padding="same", activation="selu")(x)
    wide = layers.SeparableConv2D(4, 3, padding="same", activation="swish")(x)
    x = layers.Concatenate(axis=3)([side, wide])
    x = layers.Conv2D(8, 1, groups=2)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.AveragePooling2D(2, strides=1, padding="same")(x)
    x = layers.Cropping2D(((1, 0), (0, 1)))(x)
    pooled = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Multiply()([x, pooled])
    flat = layers.Flatten()(x)
    most = layers.GlobalMaxPooling2D()(x)
    return k.Model(image, [layers.Dense(3, name="flat")(flat), layers.Activation("hard_sigmoid", name="most")(most)])


def branches(k):
    """Several inputs and outputs, a layer and a model that are called twice, one of them frozen, joins of all kinds."""
    layers = k.layers
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = layers.Dense(5, activation="gelu", name="shared")
    inner_input = k.Input((5,))
    inner = k.Sequential([layers.Dense(3), layers.BatchNormalization()], name="chain")(inner_input)
    inner = layers.LayerNormalization()(layers.Dense(3, name="deep")(inner))
    inner = k.Model(inner_input, inner, name="inner")
    frozen = k.Sequential(
        [k.Input((5,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(2)], name="frozen"
    )
    frozen.trainable = False
    x, y = shared(a), shared(b)
    p, q = inner(x), inner(y)
    joins = [
        layers.Add()([p, q]),
        layers.Subtract()([p, q]),
        layers.Multiply()([p, q]),
        layers.Average()([p, q]),
        layers.Maximum()([p, q]),
        layers.Minimum()([p, q]),
        layers.Dot(axes=1)([p, q]),
    ]
    joined = layers.Concatenate(name="joined")(joins)
    return k.Model([a, b], [joined, frozen(x)])


def sequence(k):
    """Series: windows over steps, cells of all kinds, both ways."""
    layers = k.layers
    x = series = k.Input((6, 3), name="series")
    x = layers.Conv1D(4, 3, padding="causal", activation="relu")(x)
    x = layers.MaxPooling1D(2, padding="same")(x)
    lstm = layers.LSTM(3, return_sequences=True)(x)
    gru = layers.GRU(3, return_sequences=True, go_backwards=True)(x)
    old = layers.GRU(3, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid")(x)
    x = layers.Add()([lstm, gru, old])
    x = layers.Bidirectional(layers.SimpleRNN(2, return_sequences=True), merge_mode="ave")(x)
    every = layers.TimeDistributed(layers.Dense(2), name="every")(x)
    whole, h, c = layers.LSTM(2, return_state=True)(x)
    last = layers.Bidirectional(layers.LSTM(2), name="last")(x, initial_state=None)
    return k.Model(series, [every, layers.Concatenate(name="states")([whole, h, c]), last])


def text(k):
    """Words with some of them missing."""
    layers = k.layers
    return k.Sequential(
        [
            k.Input((5,), dtype="int32", name="words"),
            layers.Embedding(7, 4, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.GRU(3),
            layers.Dense(2, activation="sigmoid", name="mood"),
        ]
    )


def story(k):
    """Any number of words."""
    layers = k.layers
    words = k.Input((None,), dtype="int32", name="words")
    x = layers.LSTM(3, return_sequences=True)(layers.Embedding(7, 4)(words))
    back = layers.GRU(3, go_backwards=True, return_sequences=True)(x)
    average = layers.GlobalAveragePooling1D(name="average")(x)
    return k.Model(words, [average, layers.Bidirectional(layers.LSTM(2), merge_mode="sum", name="both")(back)])


def shapes(k):
    layers = k.layers
    x = table = k.Input((4, 6), name="table")
    x = layers.Permute((2, 1))(x)
    x = layers.Reshape((3, -1))(x)
    x = layers.BatchNormalization(axis=1)(x)
    x = layers.Cropping1D(1)(layers.ZeroPadding1D(1)(x))
    x = layers.UpSampling1D(2)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.RepeatVector(3)(x)
    x = layers.Softmax(axis=1)(x)
    x = layers.Dense(2, activation="softplus")(x)
    return k.Model(table, layers.Flatten(name="row")(x))


def normalized(k):
    layers = k.layers
    learnt = layers.Normalization(name="learnt")
    learnt.adapt(np.random.default_rng(4).normal(1, 2, (20, 3)).astype("float32"))
    pixels = k.Input((3,), dtype="uint8", name="pixels")
    x = layers.Rescaling([1 / 255.0, 2 / 255.0, 3 / 255.0], offset=[0.5, 0.25, 0.0])(pixels)
    x = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 4.0, 9.0], name="given")(x)
    return k.Model(pixels, learnt(x))


def functions(k):
    """Functions that were called on Keras's tensors."""
    x = k.Input((4, 6), name="x")
    if k is tf_keras:
        y = tf.nn.relu(x * 2 + 1) - x / 3
        y = tf.minimum(tf.sigmoid(y) + tf.nn.relu6(y), tf.tanh(y) * 3)
        y = tf.sqrt(tf.abs(y)) + tf.exp(-y) + tf.square(y) + tf.nn.sigmoid(y)
        return k.Model(x, k.layers.Dense(2, name="y")(tf.maximum(y, 0.5)))
    ops = k.ops
    y = ops.relu(x * 2 + 1) - x / 3
    z = ops.concatenate([ops.mean(y, axis=1, keepdims=True), ops.max(x, axis=1, keepdims=True)], axis=1)
    z = ops.matmul(z, ops.transpose(y, (0, 2, 1)))
    z = ops.gelu(z) + ops.gelu(z, approximate=False)
    z = ops.clip(ops.silu(z), -0.5, 3.0) ** 2
    first = k.layers.Dense(2, name="first")(x[:, 0, 1:-1])
    positive = ops.abs(x) + 0.5
    both = [ops.log(positive), ops.sqrt(positive), ops.rsqrt(positive), ops.divide(x, positive), ops.power(positive, x)]
    both += [ops.exp(x), ops.square(x), ops.sin(x), ops.cos(x), -x, ops.absolute(x), ops.minimum(x, 0.25)]
    both += [ops.maximum(x, y), ops.relu6(x * 4), ops.sigmoid(x), ops.tanh(x), ops.softplus(x), ops.softsign(x)]
    both += [ops.selu(x), ops.elu(x, 0.5), ops.hard_sigmoid(x), ops.hard_silu(x), ops.leaky_relu(x, 0.1)]
    both += [ops.softmax(x, axis=1), k.activations.relu(x, 0.1, max_value=1.5), ops.cast(ops.not_equal(x, 0.5), "float32")]
    both = ops.stack(both, axis=-1)
    both = ops.squeeze(ops.expand_dims(ops.sum(both, axis=(1, 2)), 1), 1) + ops.min(both, axis=(1, 2))
    return k.Model(x, [k.layers.Dense(3, name="z")(ops.reshape(ops.expand_dims(z, 1), (-1, 8))), first, both])


def volumes(k):
    layers = k.layers
    x = cube = k.Input((6, 6, 6, 2), name="cube")
    x = layers.ZeroPadding3D(1)(x)
    x = layers.Conv3D(3, 3, strides=2, activation="relu")(x)
    x = layers.SpatialDropout3D(0.5)(x)
    x = layers.MaxPooling3D(2, strides=1, padding="same")(x)
    x = layers.AveragePooling3D(2, strides=1, padding="same")(x)
    x = layers.Cropping3D(((1, 0), (0, 1), (0, 0)))(x)
    pooled = [layers.GlobalAveragePooling3D()(x), layers.GlobalMaxPooling3D()(x)]
    return k.Model(cube, layers.Concatenate(name="pooled")(pooled))


def rows(k):
    layers = k.layers
    x = series = k.Input((8, 3), name="series")
    x = layers.SeparableConv1D(4, 3, dilation_rate=2, padding="same")(x)
    x = layers.DepthwiseConv1D(3, strides=2, padding="same")(x)
    x = layers.SpatialDropout1D(0.5)(x)
    x = layers.AveragePooling1D(2, strides=1, padding="same")(x)
    x = layers.Activation("tanh")(x) if k is keras else layers.ThresholdedReLU(0.1)(x)
    masked = layers.SimpleRNN(3)(layers.Masking(0.5)(x))
    return k.Model(series, [layers.GlobalMaxPooling1D(name="most")(x), layers.Identity(name="masked")(masked)])


def trained(k):
    """Layers that do something in training alone."""
    layers = k.layers
    x = image = k.Input((2, 2, 3), name="image")
    for layer in [layers.SpatialDropout2D(0.5), layers.AlphaDropout(0.5), layers.GaussianDropout(0.5)]:
        x = layer(x)
    x = layers.ActivityRegularization(0.1)(layers.GaussianNoise(0.5)(x))
    return k.Model(image, layers.Flatten(name="flat")(x))


def activations(k):
    names = ["relu", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "exponential", "gelu", "swish"]
    names += ["hard_sigmoid", "softmax", "linear", "mish"]
    names += ["leaky_relu", "relu6", "silu", "hard_silu", "log_softmax"] if k is keras else []
    x = k.Input((8,), name="x")
    return k.Model(x, k.layers.Concatenate(name="all")([k.layers.Activation(name)(x) for name in names]))


def resized(k):
    """What needs ops of images that are not windows."""
    layers = k.layers
    x = image = k.Input((4, 5, 2), name="image")
    x = layers.UpSampling2D((2, 3))(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.Resizing(7, 9)(x)
    x = layers.Conv2DTranspose(3, 3, strides=2, padding="same", name="same")(x)
    x = layers.Conv2DTranspose(2, 2, strides=3, name="valid")(x)
    return k.Model(image, layers.GlobalAveragePooling2D(name="means")(x))


def refused(k):
    """Layers that are not converted."""
    layers = k.layers
    x = image = k.Input((4, 4), name="x")
    y = layers.Lambda(lambda t: t + 1, name="plus")(x)
    z = layers.MultiHeadAttention(2, 2, name="attention")(x, x)
    return k.Model(image, layers.Add(name="sum")([layers.Dense(4)(y), z]))


MODELS = [
    mlp,
    deferred,
    convolutional,
    branches,
    sequence,
    text,
    story,
    shapes,
    normalized,
    functions,
    volumes,
    rows,
    trained,
    activations,
    resized,
]

# The means of many elements that nearly cancel out.
TOLERANCES = {resized: 1e-5}

if __name__ == "__main__":
    main()
