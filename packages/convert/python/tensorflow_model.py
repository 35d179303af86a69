"""What the scripts share: their task, their answer, and a model of TensorFlow in a session."""

import json
import sys


def task():
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def answer(value):
    sys.stdout.flush()
    print("\nSLIPWAY " + json.dumps(value), flush=True)


def refuse(why):
    """Ends the script: what was asked for cannot be done, for a reason that is no defect."""
    answer({"refused": why})
    sys.exit(0)


def load(tf1, session, model):
    kind, path = model["format"], model["path"]
    if kind == "saved-model":
        tf1.saved_model.load(session, model["tags"], path)
    elif kind == "checkpoint":
        saver = tf1.train.import_meta_graph(path + ".meta", clear_devices=True)
        saver.restore(session, path)
    elif kind == "frozen-graph":
        graph = tf1.GraphDef()
        with open(path, "rb") as file:
            graph.ParseFromString(file.read())
        tf1.import_graph_def(graph, name="")
    else:
        refuse("A model of the kind %s has no graph that TensorFlow could be given" % kind)
