"""Makes fixtures/networks: small networks of the families that make-networks.py has, each in one format, and what
TensorFlow answers.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/make-network-fixtures.py [NETWORK…]

    npx biome format --write packages/graph/fixtures/networks

The answers are those of float64; `tolerance` is twice what TensorFlow's own float32 is off.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

from networks import catalogue, formats

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "networks"
ROWS = 2
# Of the largest element: an output that varies less with its input guards nothing.
LEAST_SIGNAL = 0.05

FORMATS = {
    "resnet": "frozen graph",
    "densenet": "frozen graph",
    "vgg": "TF 1 SavedModel",
    "mobilenet": "frozen graph",
    "inception": "frozen graph",
    "efficientnet": "TF 1 checkpoint",
    "keras-cnn": "Keras export",
    "ssd": "frozen graph",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", help=f"those that are made anew, of {', '.join(FORMATS)}: all")
    for name in parser.parse_args().networks or FORMATS:
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        network = catalogue.small(name)
        stored = copy(network, FORMATS[name], folder)
        samples = network.samples(ROWS)
        text = json.dumps({**stored, "input": tensor(samples), "outputs": answers(network, samples)}, indent=1)
        (folder / "answers.json").write_text(f"{text}\n")
    for unneeded in FOLDER.rglob("fingerprint.pb"):
        unneeded.unlink()


def copy(network, kind, folder):
    """The network in one format; what to ask for, and the keys of outputs by the names asked for."""
    with tempfile.TemporaryDirectory() as temporary:
        stored = next(one for one in formats.write_all(network, temporary) if one["format"] == kind)
        path = pathlib.Path(stored["path"])
        at = folder / path.name
        shutil.copytree(path, at) if path.is_dir() else shutil.copy(path, at)
    return {"path": at.name, "request": stored["request"], "keys": stored["outputs"]}


def answers(network, samples):
    found = catalogue.run(network.function, samples)
    exact = network.exactly(samples)
    for key, value in exact.items():
        signal = np.abs(value[0] - value[1]).max() / np.abs(value).max()
        if key not in network.softmax and signal < LEAST_SIGNAL:
            raise SystemExit(f"{key} varies by {signal} of its largest element alone.")
    return {
        key: {**tensor(exact[key]), "tolerance": float(2 * np.abs(found[key] - exact[key]).max())}
        for key in network.tensor_names
    }


def tensor(values):
    values = np.ascontiguousarray(values, np.float32)
    data = base64.b64encode(values.tobytes()).decode()
    return {"dtype": "float32", "shape": list(values.shape), "data": data}


if __name__ == "__main__":
    main()
