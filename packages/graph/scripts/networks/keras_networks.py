"""Networks of Keras: those of its applications, and one with what they lack."""

import dataclasses

import keras

from . import inputs

layers = keras.layers

WORDS = 40
VOCABULARY = 2000


@dataclasses.dataclass
class Network:
    """`make` gives a network whose output is logits; `draw` gives so many samples of the shape, by a generator."""

    make: object
    shape: list
    draw: object
    dtype: str = "float32"

    def build(self):
        keras.utils.set_random_seed(1)
        network = self.make()
        logits = network.output
        outputs = {"logits": logits, "probabilities": layers.Softmax(name="probabilities")(logits)}
        return keras.Model(network.input, outputs)

    def samples(self, count, random):
        return self.draw(count, self.shape, random)


def of_images(make, shape, scaled):
    """`scaled` makes what the network takes of levels of 0 to 255."""
    return Network(make, shape, lambda count, shape, random: scaled(inputs.images(count, *shape, random)))


def of_words(make):
    return Network(make, [WORDS], lambda count, _, random: inputs.words(count, WORDS, VOCABULARY, random), "int32")


def application(name, side=224, scaled=inputs.less_means):
    build = getattr(keras.applications, name)
    shape = [side, side, 3]
    return of_images(
        lambda: build(weights=None, classifier_activation=None, input_shape=tuple(shape)), shape, scaled
    )


def lstm():
    x = words = keras.Input([WORDS], dtype="int32")
    x = layers.Embedding(VOCABULARY, 64)(x)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    x = layers.LSTM(64)(x)
    return keras.Model(words, layers.Dense(10)(x))


def gru():
    x = words = keras.Input([WORDS], dtype="int32")
    x = layers.Embedding(VOCABULARY, 64)(x)
    x = layers.GRU(64, return_sequences=True)(x)
    x = layers.GRU(64)(x)
    return keras.Model(words, layers.Dense(10)(x))


def mixed(side=64, divisor=1):
    """Separable, dilated and transposed convolutions, LayerNorm and gelu."""
    x = images = keras.Input([side, side, 3])
    x = layers.Conv2D(24 // divisor, 4, 2, "same", activation="gelu")(x)
    x = layers.LayerNormalization()(x)
    x = layers.SeparableConv2D(32 // divisor, 3, padding="same", activation="swish")(x)
    x = layers.SeparableConv2D(48 // divisor, 5, 2, "valid", depth_multiplier=2)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("gelu")(x)
    x = layers.Conv2D(48 // divisor, 3, padding="same", dilation_rate=2, activation="leaky_relu")(x)
    x = layers.Conv2DTranspose(32 // divisor, 3, 2, "same", activation="relu")(x)
    x = layers.Conv2DTranspose(16 // divisor, 4, 2, "valid", use_bias=False)(x)
    x = layers.LayerNormalization(axis=[1, 2, 3])(x)
    x = layers.Activation("gelu")(x)
    x = layers.AveragePooling2D(3, 2, "same")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(64 // divisor, activation="elu")(x)
    x = layers.Dense(10)(x)
    return keras.Model(images, x)


KERAS_NETWORKS = {
    "resnet-50": application("ResNet50"),
    "resnet-152": application("ResNet152"),
    "densenet-121": application("DenseNet121"),
    "vgg-16": application("VGG16"),
    "mobilenet-v2": application("MobileNetV2", scaled=inputs.to_one),
    "inception-v3": application("InceptionV3", 299, inputs.to_one),
    "efficientnet-b0": application("EfficientNetB0", scaled=inputs.levels),
    "keras-cnn": of_images(mixed, [64, 64, 3], inputs.fractions),
    "text-lstm": of_words(lstm),
    "text-gru": of_words(gru),
}
