"""Makes fixtures/catalogue: tiny networks of the catalogue's shapes, the weights of each in the files of one framework, and
what that framework answers.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0 tf-slim==1.1.0 torch torchvision safetensors
    venv/bin/python packages/graph/scripts/make-catalogue-fixtures.py [slim|keras|torchvision…] [--full FOLDER]

    npx biome format --write packages/graph/fixtures/catalogue

The answers are those of float64; `tolerance` is twice what the framework's own float32 is off. With --full, the networks
have all their layers and channels, and go into the folder.
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
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", help=f"of {', '.join(FRAMEWORKS)}: all")
    parser.add_argument("--full", type=pathlib.Path, help="where networks of full size go")
    parser.add_argument("--network", help="only this one")
    options = parser.parse_args()
    for framework in options.frameworks or FRAMEWORKS:
        module = importlib.import_module(f"catalogue.with_{framework}")
        for family in FRAMEWORKS[framework]:
            if options.full is None:
                make(module, framework, family, sizes.TINY[family], FOLDER, rows=2, exact=2)
                continue
            for name, size in sizes.FULL[family].items():
                if options.network in (None, name):
                    make(module, framework, name, size, options.full, rows=100, exact=4)


def make(module, framework, name, size, folder, rows, exact):
    at = folder / f"{framework}-{name}"
    at.mkdir(parents=True, exist_ok=True)
    network = module.network(size)
    path = network.save(at)
    answers.write(network, size, at, {"path": path, "framework": framework}, rows, exact)


if __name__ == "__main__":
    main()
