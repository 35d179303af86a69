"""The FPGA flow, end to end, with the command line and the client for Python:

    python examples/fpga-resnet50/flow.py [--random-weights SEED] [--quantized] [--calibration FOLDER] [--image FILE]

It needs grpcio and numpy, and an installed Slipway (npm run build).
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.append(str(ROOT / "python" / "slipway" / "src"))

from slipway.accel import PredictionClient  # noqa: E402

SLIPWAY = os.environ.get("SLIPWAY", str(ROOT / "node_modules" / ".bin" / "slipway"))

MODEL = "resnet50"
SERVICE = "aks-service-1"
BEST = 5


class SavedModel(typing.NamedTuple):
    """A model folder, and the tensors that clients call it by."""

    folder: str
    input: str
    output: str


class Refused(Exception):
    """A command did not do what it was told; the text is its reason."""


def main():
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="slipway-fpga-") as home:
        slipway("up", "--detach", "--port", "0", "--gateway-port", "0", home=home)
        try:
            run_flow(options, home)
        finally:
            slipway("down", home=home)
            print("Stopped Slipway and removed its home.")


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random-weights", metavar="SEED", type=int)
    parser.add_argument("--quantized", action="store_true")
    parser.add_argument("--calibration", metavar="FOLDER")
    parser.add_argument("--image", metavar="FILE", default=str(HERE / "cat.jpg"))
    return parser.parse_args()


def run_flow(options, home):
    show_workspace(home)
    saved = build_model(options, home)
    source = register(saved.folder, home)
    converted = convert(source, saved, home)
    print(f"No image is built: Slipway has no such step yet, and serves {converted} from its registry.")
    service = deploy(converted, home)
    score(service, saved, options)
    clean_up(source, converted, home)


def show_workspace(home):
    workspace = slipway("workspace", "show", home=home)
    print(workspace["name"])


def build_model(options, home):
    """Weights are those that `slipway accel pull` brought into the usual home, unless random ones are asked for."""
    folder = str(pathlib.Path(home) / MODEL)
    weights = [] if options.random_weights is None else ["--random-weights", str(options.random_weights)]
    quantized = ["--quantized"] if options.quantized else []
    calibration = ["--calibration", options.calibration] if options.calibration else []
    print(f"Saving model in {folder}")
    built = slipway("accel", "build", MODEL, "--out", folder, *weights, *quantized, *calibration)
    (tensor,) = built["outputs"].values()
    print(built["version"], tensor, sep="\n")
    return SavedModel(folder, built["images"], tensor)


def register(folder, home):
    print(f"Registering model {MODEL}")
    model = slipway("model", "register", folder, "--name", MODEL, home=home)
    print("Successfully registered: ", model["name"], model["description"], model["version"], sep="\t")
    return model["id"]


def convert(source, saved, home):
    """The saved model is ONNX already; it is checked, optimized and tried like one that was not."""
    print(saved.input, saved.output, sep="\n")
    ends = ["--inputs", saved.input, "--outputs", saved.output]
    model = slipway("model", "convert", source, *ends, home=home)
    print(model["name"], model["version"], model["id"], model["createdAt"])
    return model["id"]


def deploy(model, home):
    service = slipway("deploy", SERVICE, "--model", model, home=home)
    print(service["state"], service["scoringUri"], sep="\n")
    return service


def score(service, saved, options):
    labels = (HERE / "imagenet-labels.txt").read_text().splitlines()
    address = urllib.parse.urlsplit(service["scoringUri"])
    client = PredictionClient(
        address.hostname, address.port, access_token=service["credential"], service_name=SERVICE
    )
    scores = client.score_file(options.image, input_name=saved.input, outputs=saved.output)
    if options.random_weights is not None:
        seed = options.random_weights
        print(f"The weights are random, seed {seed}: nobody trained them, and these labels mean nothing.")
    for index in scores.argsort()[::-1][:BEST]:
        print(f"{labels[index]} confidence: {scores[index]}")


def clean_up(source, converted, home):
    """The service first, so that nothing still depends on what goes."""
    show_that_a_used_model_stays(converted, home)
    slipway("service", "delete", SERVICE, home=home)
    slipway("model", "delete", source, home=home)
    slipway("model", "delete", converted, home=home)
    print(f"Deleted {SERVICE}, {source} and {converted}.")


def show_that_a_used_model_stays(model, home):
    try:
        slipway("model", "delete", model, home=home)
    except Refused as refusal:
        print(f"Refused: {refusal}")
    else:
        raise AssertionError(f"{model} was deleted while a service used it.")


def slipway(*command, home=None):
    """Runs a command of Slipway's to its end; the document that it printed."""
    place = [] if home is None else ["--home", home]
    done = subprocess.run([SLIPWAY, *command, *place, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(done.stderr.strip())
    return json.loads(done.stdout)


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        sys.exit(f"✖ {refusal}")
