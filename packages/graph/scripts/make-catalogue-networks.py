"""Makes a network of the catalogue in full size, its weights in the files of a framework, and what that framework answers:
the oracle of tests/heavy, in the form that make-networks.py writes.

    python3 -m venv venv && venv/bin/pip install -r tests/heavy/requirements-catalogue.txt
    venv/bin/python packages/graph/scripts/make-catalogue-networks.py slim-resnet50 --into FOLDER

The input is as the original's preprocessing leaves it, whatever pixels the framework's own weights are for. The last
biases are such that other images have other labels: random weights give nearly all images the same one, and labels that
agree would say nothing.
"""

import argparse
import importlib
import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

from catalogue import answers, sizes
from networks import inputs
from networks.arrays import array

# Images that the last biases are chosen by.
CENTRING = 16
CENTRING_SEED = 6
LABELLED = {"probabilities", "logits"}
# Of a hundred images.
LEAST_LABELS = 10
# Images that are drawn besides, in the place of those whose label float32 does not tell.
SPARE = 25


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", help="slim-resnet50, keras-vgg16, …")
    parser.add_argument("--into", required=True, type=pathlib.Path)
    parser.add_argument("--rows", default=100, type=int)
    parser.add_argument("--exact-rows", default=4, type=int)
    options = parser.parse_args()
    framework, name = options.network.split("-")
    size = sizes.FULL[name]
    options.into = options.into.resolve()
    options.into.mkdir(parents=True, exist_ok=True)
    network = importlib.import_module(f"catalogue.with_{framework}").network(size)
    if size["family"] != "ssd":
        centre(network, answers.images(size, CENTRING, seed=CENTRING_SEED))
    # Before float64, which some frameworks turn the network itself into.
    formats = [stored(*one) for one in network.formats(options.into).items()]
    levels, found, exact = told(network, answers.images(size, options.rows + SPARE), options)
    oracle = {
        "network": options.network,
        "versions": network.versions,
        "input": array(options.into / "input", original(levels, size)),
        "formats": formats,
        "outputs": outputs(found, exact, options),
    }
    (options.into / "oracle.json").write_text(json.dumps(oracle, indent=1))


def centre(network, levels):
    """No class has more than another in the mean of these images; of probabilities, logarithms stand for logits."""
    *_, (key, scores) = network.run(levels).items()
    logits = np.log(scores) if key == "probabilities" else scores
    network.shift(-logits.mean(0))


def original(levels, size):
    return (levels - inputs.MEANS) * np.float32(size.get("scale", 1))


def stored(format, path):
    return {"format": format, "path": str(path), "request": {}, "outputs": {}}


def told(network, levels, options):
    """The first images whose two most likely classes are further apart than twice the error of float32, and their answers."""
    found = network.run(levels)
    exact = network.exactly(levels[: options.exact_rows])
    tells = np.full(len(levels), True)
    for key in found.keys() & LABELLED:
        second, first = np.sort(found[key], -1)[:, -2:].T
        tells &= first - second > 2 * np.abs(found[key][: options.exact_rows] - exact[key]).max()
    kept = np.flatnonzero(tells)[: options.rows]
    if len(kept) < options.rows:
        raise SystemExit(f"Of {len(levels)} images, float32 tells the label of {len(kept)} alone.")
    precise = kept[kept < options.exact_rows]
    return levels[kept], rows_of(found, kept), rows_of(exact, precise)


def rows_of(answers, rows):
    return {key: value[rows] for key, value in answers.items()}


def outputs(found, exact, options):
    for key in found.keys() & LABELLED:
        labels = len(set(found[key].argmax(-1).tolist()))
        if labels < LEAST_LABELS:
            raise SystemExit(f"{options.network} has {labels} labels for {options.rows} images.")
    return [
        {
            "key": key,
            "softmax": key == "probabilities",
            "labelled": key != "features",
            "float32": array(options.into / f"{at}.float32", found[key].astype(np.float32)),
            "float64": array(options.into / f"{at}.float64", exact[key]),
        }
        for at, key in enumerate(exact)
    ]


if __name__ == "__main__":
    main()
