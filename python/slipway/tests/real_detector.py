"""Scores an image on a real detector and prints the shapes of the outputs that came.

Without names of outputs it prints what a declared detector found.

PYTHONPATH=src python tests/real_detector.py HOST PORT KEY SERVICE IMAGE INPUT [OUTPUT...]
"""

import json
import sys

from slipway.accel import PredictionClient

HOST, PORT, KEY, SERVICE, IMAGE, INPUT, *OUTPUTS = sys.argv[1:]


def main():
    client = PredictionClient(
        HOST, int(PORT), access_token=KEY, service_name=SERVICE, retry_delays=()
    )
    print(json.dumps(found(client) if OUTPUTS == [] else shapes(client)))


def found(client):
    """What a declared detector found, whose outputs it names itself."""
    names = ["boxes", "classes", "scores", "num_detections", "labels"]
    arrays = client.score_file(IMAGE, INPUT, names)
    return {name: array.astype(str).tolist() for name, array in zip(names, arrays, strict=True)}


def shapes(client):
    return {
        "listed": shapes_of(client.score_file(IMAGE, INPUT, OUTPUTS)),
        "backwards": shapes_of(client.score_file(IMAGE, INPUT, OUTPUTS[::-1])),
        "one": client.score_file(IMAGE, INPUT, OUTPUTS[0]).shape,
        "all": len(client.score_file(IMAGE, INPUT)),
    }


def shapes_of(arrays):
    return [array.shape for array in arrays]


if __name__ == "__main__":
    main()
