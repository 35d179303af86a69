"""Torchvision's networks, with other sizes, as their own classes build them."""

import numpy as np
import torch
import torchvision
from safetensors.torch import save_file
from torchvision.models import densenet, resnet, vgg

from . import answers

MEAN = np.array([0.485, 0.456, 0.406])
STD = np.array([0.229, 0.224, 0.225])


def network(size):
    return TorchNetwork(size)


class TorchNetwork:
    versions = {"torchvision": torchvision.__version__, "PyTorch": torch.__version__}

    def __init__(self, size):
        self.size = size
        torch.manual_seed(20)
        self.module = self.build(size)
        initialise(self.module)
        calibrate(self.module, preprocessed(answers.images(size, 8, seed=5)).float())
        self.module.eval()

    def save(self, folder):
        save_file(self.module.state_dict(), str(folder / "weights.safetensors"))
        return "weights.safetensors"

    def formats(self, folder):
        return {"safetensors": folder / self.save(folder)}

    @torch.no_grad()
    def shift(self, logits):
        *_, last = (part for part in self.module.modules() if isinstance(part, torch.nn.Linear))
        last.bias += torch.from_numpy(logits).to(last.bias.dtype)

    def run(self, levels):
        return self.outputs(self.module.float(), preprocessed(levels).float())

    def exactly(self, levels):
        return self.outputs(self.module.double(), preprocessed(levels))

    def build(self, size):
        return build(size)

    @torch.no_grad()
    def outputs(self, module, pixels):
        parts = [self.ends(module, part) for part in pixels.split(4)]
        features, logits = (torch.cat(each) for each in zip(*parts))
        is_vgg = self.size["family"] == "vgg"
        last = {"logits": logits} if is_vgg else {"probabilities": logits.softmax(1)}
        both = {"features": features.reshape(len(pixels), 1, 1, -1), **last}
        return {key: value.numpy() for key, value in both.items()}

    def ends(self, module, pixels):
        """Features and logits."""
        ends = {"resnet": "avgpool", "densenet": "features", "vgg": "classifier.4"}
        seen = []
        end = module.get_submodule(ends[self.size["family"]])
        hook = end.register_forward_hook(lambda *call: seen.append(call[2]))
        logits = module(pixels)
        hook.remove()
        [features] = seen
        return features.relu().mean([2, 3]) if self.size["family"] == "densenet" else features, logits


def preprocessed(levels):
    pixels = (levels.astype(np.float64) / 255 - MEAN) / STD
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())


def build(size):
    if size["family"] == "resnet":
        return Residual(size)
    if size["family"] == "densenet":
        return densenet.DenseNet(size["growth"], size["units"], size["width"], num_classes=size["classes"])
    settings = []
    for channels, count in zip(size["widths"], size["units"]):
        settings += [channels] * count + ["M"]
    module = vgg.VGG(vgg.make_layers(settings), num_classes=size["classes"])
    last = size["side"] // 32
    module.avgpool = torch.nn.AdaptiveAvgPool2d((last, last))
    module.classifier[0] = torch.nn.Linear(size["widths"][-1] * last * last, size["hidden"])
    module.classifier[3] = torch.nn.Linear(size["hidden"], size["hidden"])
    module.classifier[6] = torch.nn.Linear(size["hidden"], size["classes"])
    return module


class Residual(resnet.ResNet):
    """Narrow: torchvision's class has 64 channels in its first block, whatever it is given."""

    def __init__(self, size):
        super().__init__(resnet.Bottleneck, size["units"], num_classes=size["classes"])
        width = size["width"]
        self.inplanes = width
        self.conv1 = torch.nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(width)
        for index, count in enumerate(size["units"]):
            layer = self._make_layer(resnet.Bottleneck, width * 2**index, count, stride=1 if index == 0 else 2)
            setattr(self, f"layer{index + 1}", layer)
        self.fc = torch.nn.Linear(self.inplanes, size["classes"])


@torch.no_grad()
def initialise(module):
    """He-initialised kernels, and biases and scales that leave no term out."""
    for part in module.modules():
        if isinstance(part, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(part.weight)
            if part.bias is not None:
                part.bias.normal_(std=0.1)
        elif isinstance(part, torch.nn.BatchNorm2d):
            part.weight.normal_(1, 0.1)
            part.bias.normal_(std=0.1)


@torch.no_grad()
def calibrate(module, pixels):
    """Batch norms take mean and variance of these images."""
    norms = [part for part in module.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    dropped = [part for part in module.modules() if isinstance(part, torch.nn.Dropout)]
    module.train()
    for part in dropped:
        part.eval()
    before = [part.momentum for part in norms]
    for part in norms:
        part.momentum = 1.0
    module(pixels)
    for part, momentum in zip(norms, before):
        part.momentum = momentum
