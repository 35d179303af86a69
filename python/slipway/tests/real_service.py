"""Scores an image on a real service and prints what came.

PYTHONPATH=src python tests/real_service.py HOST PORT KEY SERVICE IMAGE INPUT OUTPUT
"""

import json
import sys

import grpc
from slipway.accel import PredictionClient

HOST, PORT, KEY, SERVICE, IMAGE, INPUT, OUTPUT = sys.argv[1:8]


def main():
    client = PredictionClient(
        HOST, int(PORT), access_token=KEY, service_name=SERVICE, retry_delays=()
    )
    answers = {
        "one": client.score_file(path=IMAGE, input_name=INPUT, outputs=OUTPUT),
        "listed": client.score_file(path=IMAGE, input_name=INPUT, outputs=[OUTPUT])[0],
        "all": client.score_file(path=IMAGE, input_name=INPUT),
        "image": client.score_image(IMAGE),
    }
    found = {
        name: {"shape": array.shape, "data": array.ravel().tolist()}
        for name, array in answers.items()
    }
    print(
        json.dumps(
            {
                "answers": found,
                "refusals": [refusal(client, INPUT, "nothing"), refusal(client, "x", OUTPUT)],
            }
        )
    )


def refusal(client, name, output):
    try:
        client.score_file(IMAGE, name, output)
    except grpc.RpcError as error:
        return error.code().name
    return None


if __name__ == "__main__":
    main()
