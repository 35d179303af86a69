"""Makes a network, in every format that TensorFlow writes it in, and what TensorFlow answers: the oracle of tests/heavy.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python packages/graph/scripts/make-networks.py mobilenet-v2 --into FOLDER

FOLDER/oracle.json says what is there. Rows of inputs and outputs lie one behind another, little endian, in files of
their own: `rows` of what float32 answers, `exact_rows` of what float64 does with the same weights.
"""

import argparse
import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import tensorflow as tf

from networks import catalogue, formats
from networks.arrays import array

LABELLED = {"logits", "probabilities", "scores"}
# Of a hundred samples, or half of the classes: labels that agree say nothing where all are the same.
LEAST_LABELS = 10


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=catalogue.LARGE)
    parser.add_argument("--into", required=True, type=pathlib.Path)
    parser.add_argument("--rows", default=100, type=int)
    parser.add_argument("--exact-rows", default=8, type=int)
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    network = catalogue.large(options.network)
    samples = network.samples(options.rows)
    oracle = {
        "network": options.network,
        "versions": {"TensorFlow": tf.__version__, "Keras": keras.__version__},
        "input": array(options.into / "input", samples),
        "formats": formats.write_all(network, options.into),
        "outputs": answers(network, samples, options),
    }
    (options.into / "oracle.json").write_text(json.dumps(oracle, indent=1))


def answers(network, samples, options):
    found = catalogue.run(network.function, samples)
    for key in found.keys() & LABELLED:
        check_labels(found[key], f"{options.network}, {key}")
    exact = network.exactly(samples[: options.exact_rows])
    return [
        {
            "key": key,
            "softmax": key in network.softmax,
            "float32": array(options.into / f"{key}.float32", found[key]),
            "float64": array(options.into / f"{key}.float64", exact[key]),
        }
        for key in network.tensor_names
    ]


def check_labels(scores, what):
    labels = len(set(scores.argmax(-1).tolist()))
    least = min(LEAST_LABELS, scores.shape[-1] // 2)
    if labels < least:
        raise SystemExit(f"{what}: {labels} labels for {len(scores)} samples. {least} would say something.")


if __name__ == "__main__":
    main()
