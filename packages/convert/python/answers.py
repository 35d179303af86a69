"""What TensorFlow answers to given inputs: `python answers.py TASK`, the task a JSON file."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import numpy as np
import tensorflow as tf

from tensorflow_model import answer, load, task


def main():
    asked = task()
    tf1 = tf.compat.v1
    with tf1.Graph().as_default(), tf1.Session() as session:
        load(tf1, session, asked["model"])
        answer({"tensorflow": tf.__version__, "trials": [run(session, each) for each in asked["trials"]]})


def run(session, trial):
    feeds = {each["name"]: read(each) for each in trial["feeds"]}
    fetches = [each["name"] for each in trial["fetches"]]
    values = [np.ascontiguousarray(value) for value in session.run(fetches, feeds)]
    return [write(each, value) for each, value in zip(trial["fetches"], values)]


def read(feed):
    elements = np.fromfile(feed["file"], dtype=np.dtype(feed["dtype"]))
    return elements.reshape(feed["shape"])


def write(fetch, value):
    if value.dtype == object:
        raise SystemExit("The output %s holds strings, which are not compared" % fetch["name"])
    if value.dtype.name == "bfloat16":
        value = value.astype(np.float32)
    value.tofile(fetch["file"])
    return {"dtype": value.dtype.name, "shape": list(value.shape)}


main()
