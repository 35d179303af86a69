import json
import os

import numpy as np


def init():
    global weights
    weights = np.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "mnist-tf.npz"))
    weights = {name: weights[name] for name in weights.files}


def run(raw_data):
    data = np.array(json.loads(raw_data)["data"], dtype=np.float32)
    return np.argmax(network(data), axis=1).tolist()


def network(x):
    h1 = np.maximum(x @ weights["h1/kernel"] + weights["h1/bias"], 0)
    h2 = np.maximum(h1 @ weights["h2/kernel"] + weights["h2/bias"], 0)
    return h2 @ weights["output/kernel"] + weights["output/bias"]
