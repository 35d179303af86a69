"""Makes fixtures/catalogue: tiny networks of the catalogue's shapes, the weights of each in the files of one framework, and
what that framework answers.

    python3 -m venv venv && venv/bin/pip install -r tests/heavy/requirements-catalogue.txt
    venv/bin/python packages/graph/scripts/make-catalogue-fixtures.py [slim|keras|torchvision|timm…] [--family FAMILY]

    npx biome format --write packages/graph/fixtures/catalogue

The answers are those of float64; `tolerance` is twice what the framework's own float32 is off. Networks of full size are
made by make-catalogue-networks.py.
"""

import argparse
import importlib
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from catalogue import answers, sizes

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "catalogue"
FRAMEWORKS = {
    "slim": ["resnet", "densenet", "vgg", "ssd"],
    "keras": ["resnet", "densenet", "vgg"],
    "torchvision": ["resnet", "densenet", "vgg"],
    "timm": ["vgg"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", help=f"of {', '.join(FRAMEWORKS)}: all")
    parser.add_argument("--family", help="only networks of this one")
    options = parser.parse_args()
    for framework in options.frameworks or FRAMEWORKS:
        module = importlib.import_module(f"catalogue.with_{framework}")
        for family in FRAMEWORKS[framework]:
            if options.family in (None, family):
                make(module, framework, family)


def make(module, framework, family):
    size = sizes.TINY[family]
    at = FOLDER / f"{framework}-{family}"
    at.mkdir(parents=True, exist_ok=True)
    network = module.network(size)
    answers.write(network, size, at, {"path": network.save(at), "framework": framework})


if __name__ == "__main__":
    main()
