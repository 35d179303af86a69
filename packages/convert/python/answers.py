"""What TensorFlow answers to given inputs: `python answers.py TASK`, the task a JSON file."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import numpy as np
import tensorflow as tf

from tensorflow_model import answer, load, refuse, task


def main():
    asked = task()
    run_all = run_keras if asked["model"]["format"] == "keras" else run_graph
    answer({"tensorflow": tf.__version__, "trials": run_all(asked)})


def run_graph(asked):
    tf1 = tf.compat.v1
    with tf1.Graph().as_default() as graph, tf1.Session() as session:
        load(tf1, session, asked["model"])
        return [run_session(graph, session, each) for each in asked["trials"]]


def run_session(graph, session, trial):
    for each in trial["feeds"]:
        require(graph, each["name"])
    feeds = {each["name"]: read(each) for each in trial["feeds"]}
    values = session.run([each["name"] for each in trial["fetches"]], feeds)
    return [write(each, value) for each, value in zip(trial["fetches"], values)]


def require(graph, name):
    try:
        graph.get_tensor_by_name(name)
    except (KeyError, ValueError):
        refuse("The tensor %s stands inside a function, where TensorFlow cannot be given values" % name)


def run_keras(asked):
    import keras

    model = keras.models.load_model(asked["model"]["path"], compile=False)
    return [run_model(model, asked["model"]["aliases"], each) for each in asked["trials"]]


def run_model(model, aliases, trial):
    feeds = ordered(trial["feeds"], aliases, [each.name for each in model.inputs])
    given = [read(each) for each in feeds]
    values = model(given if len(given) > 1 else given[0], training=False)
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    fetches = ordered(trial["fetches"], aliases, getattr(model, "output_names", []))
    answers = {each["name"]: write(each, np.asarray(value)) for each, value in zip(fetches, values)}
    return [answers[each["name"]] for each in trial["fetches"]]


def ordered(ends, aliases, names):
    """In Keras's order, where all have Keras's names; or else as they are."""
    by_alias = {aliases.get(each["name"]): each for each in ends}
    return [by_alias[name] for name in names] if set(by_alias) == set(names) else ends


def read(feed):
    elements = np.fromfile(feed["file"], dtype=np.dtype(feed["dtype"]))
    return elements.reshape(feed["shape"])


def write(fetch, value):
    value = np.ascontiguousarray(value)
    if value.dtype == object:
        refuse("The output %s holds texts, which are not compared" % fetch["name"])
    if value.dtype.name == "bfloat16":
        value = value.astype(np.float32)
    value.tofile(fetch["file"])
    return {"dtype": value.dtype.name, "shape": list(value.shape)}


main()
