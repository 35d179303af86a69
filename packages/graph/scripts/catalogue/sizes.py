"""The sizes of networks, as src/catalogue/facts.ts and tiny.test.helper.ts have them."""

RESNET = {"family": "resnet", "scope": "resnet_v1_50", "side": 224, "classes": 1000, "width": 64, "units": [3, 4, 6, 3]}
DENSENET = {
    "family": "densenet",
    "scope": "densenet121",
    "side": 224,
    "classes": 1000,
    "width": 64,
    "growth": 32,
    "units": [6, 12, 24, 16],
    "scale": 0.017,
}
VGG = {
    "family": "vgg",
    "scope": "vgg_16",
    "side": 224,
    "classes": 1000,
    "widths": [64, 128, 256, 512, 512],
    "units": [2, 2, 3, 3, 3],
    "hidden": 4096,
}
SSD = {"family": "ssd", "scope": "ssd_300_vgg", "side": 300, "classes": 21, "width": 64}

FULL = {
    "resnet50": RESNET,
    "resnet152": {**RESNET, "scope": "resnet_v1_152", "units": [3, 8, 36, 3]},
    "densenet121": DENSENET,
    "vgg16": VGG,
    "ssdvgg": SSD,
}
TINY = {
    "resnet": {**RESNET, "side": 48, "classes": 10, "width": 4, "units": [2, 1, 2, 1]},
    "densenet": {**DENSENET, "side": 48, "classes": 10, "width": 8, "growth": 4, "units": [2, 1, 2, 1]},
    "vgg": {**VGG, "side": 64, "classes": 10, "widths": [4, 8, 8, 16, 16], "hidden": 32},
    "ssd": {**SSD, "classes": 3, "width": 2, "repeat": 5},
}
