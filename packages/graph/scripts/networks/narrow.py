"""Small networks of the same families: the first blocks of the large ones, with few channels."""

import dataclasses

import keras

from . import inputs
from .keras_networks import mixed, of_images
from .modules import SsdVgg

layers = keras.layers
applications = keras.applications


@dataclasses.dataclass
class Narrow:
    """The application up to the layer `until`, with its channels divided."""

    application: object
    until: str
    divisor: int
    side: int = 32

    def __call__(self):
        whole = self.application(weights=None, include_top=False)
        part = keras.Model(whole.input, whole.get_layer(self.until).output)
        images = keras.Input([self.side, self.side, 3])
        part = keras.models.clone_model(part, input_tensors=images, clone_function=self.narrower)
        x = layers.GlobalAveragePooling2D()(part.output)
        return keras.Model(images, layers.Dense(10)(x))

    def narrower(self, layer):
        config = layer.get_config()
        if "filters" in config:
            config["filters"] = max(config["filters"] // self.divisor, 1)
        if isinstance(layer, layers.Reshape):
            *sizes, channels = config["target_shape"]
            config["target_shape"] = (*sizes, max(channels // self.divisor, 1))
        return type(layer).from_config(config)


def narrow(application, until, divisor, scaled, side=32):
    return of_images(Narrow(application, until, divisor, side), [side, side, 3], scaled)


class SmallSsd(SsdVgg):
    """Three blocks of boxes, over few channels."""

    shape = [40, 40, 3]
    divisor = 64
    classes = 5
    blocks = {4: 4, 7: 6, 8: 6}
    outputs = {
        **{f"out_{i}": f"ssd_300_vgg/block{block}_box/Reshape_1" for i, block in enumerate(blocks)},
        **{f"out_{i + 3}": f"ssd_300_vgg/block{block}_box/Reshape" for i, block in enumerate(blocks)},
    }


NARROW_NETWORKS = {
    "resnet": narrow(applications.ResNet50, "conv3_block1_out", 8, inputs.less_means),
    "densenet": narrow(applications.DenseNet121, "pool2_conv", 8, inputs.less_means),
    "vgg": narrow(applications.VGG16, "block4_pool", 16, inputs.less_means),
    "mobilenet": narrow(applications.MobileNetV2, "block_4_add", 4, inputs.to_one),
    "inception": narrow(applications.InceptionV3, "mixed1", 16, inputs.to_one, 48),
    "efficientnet": narrow(applications.EfficientNetB0, "block2b_add", 4, inputs.levels),
    "keras-cnn": of_images(lambda: mixed(24, 4), [24, 24, 3], inputs.fractions),
}
