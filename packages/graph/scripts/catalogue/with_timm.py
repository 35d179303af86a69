"""timm's networks, with other sizes where its functions take them."""

import timm
import torch
from timm.layers import ClassifierHead
from timm.models.vgg import VGG, ConvMlp

from .with_torchvision import TorchNetwork

NAMES = {"resnet_v1_50": "resnet50", "resnet_v1_152": "resnet152", "densenet121": "densenet121", "vgg_16": "vgg16"}


def network(size):
    return TimmNetwork(size)


class TimmNetwork(TorchNetwork):
    versions = {"timm": timm.__version__, "PyTorch": torch.__version__}

    def build(self, size):
        return narrow(size) if size["classes"] < 1000 else timm.create_model(NAMES[size["scope"]], pretrained=False)

    def ends(self, module, pixels):
        found = module.forward_features(pixels)
        return module.forward_head(found, pre_logits=True), module.forward_head(found)


def narrow(size):
    """VGG, whose widths are fixed at its end."""
    settings = []
    for channels, count in zip(size["widths"], size["units"]):
        settings += [channels] * count + ["M"]
    module = VGG(settings, num_classes=size["classes"])
    last = size["side"] // 32
    module.pre_logits = ConvMlp(size["widths"][-1], size["hidden"], last)
    module.head = ClassifierHead(size["hidden"], size["classes"])
    return module
