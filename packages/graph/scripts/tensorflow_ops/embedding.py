"""A SavedModel that gathers rows of variables, and what it answers."""

import json
import shutil

import numpy as np
import tensorflow as tf

from .cases import floats, tensor


class Embedding(tf.Module):
    def __init__(self):
        self.table = tf.Variable(floats(5, 3))
        self.tables = tf.Variable(floats(2, 4, 3))

    @tf.function(input_signature=[tf.TensorSpec([2, None], tf.int32, "ids")])
    def __call__(self, ids):
        rows = tf.raw_ops.ResourceGather(resource=self.table.handle, indices=ids, dtype=tf.float32)
        own = tf.raw_ops.ResourceGather(resource=self.tables.handle, indices=ids, dtype=tf.float32, batch_dims=1)
        places = tf.stack([ids[:, 0], ids[:, 1]], axis=1)
        elements = tf.raw_ops.ResourceGatherNd(resource=self.table.handle, indices=places, dtype=tf.float32)
        return {"sum": rows + own, "elements": elements}


def write(folder):
    module = Embedding()
    ids = np.array([[2, 0, 1], [3, 1, 1]], np.int32)
    answers = module(ids)
    shutil.rmtree(folder / "model", ignore_errors=True)
    tf.saved_model.save(module, str(folder / "model"), signatures=module.__call__.get_concrete_function())
    shutil.rmtree(folder / "model" / "assets", ignore_errors=True)
    (folder / "model" / "fingerprint.pb").unlink(missing_ok=True)
    golden = {"inputs": {"ids": tensor(ids)}, "outputs": {name: tensor(value) for name, value in answers.items()}}
    (folder / "answers.json").write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
