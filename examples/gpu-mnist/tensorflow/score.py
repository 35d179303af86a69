import json
import os

import numpy as np
import tensorflow.compat.v1 as tf


def init():
    global X, output, sess
    tf.disable_eager_execution()
    tf.reset_default_graph()
    model_root = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model")
    saver = tf.train.import_meta_graph(os.path.join(model_root, "mnist-tf.model.meta"))
    X = tf.get_default_graph().get_tensor_by_name("network/X:0")
    output = tf.get_default_graph().get_tensor_by_name("network/output/MatMul:0")
    sess = tf.Session()
    saver.restore(sess, os.path.join(model_root, "mnist-tf.model"))


def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    out = output.eval(session=sess, feed_dict={X: data})
    return np.argmax(out, axis=1).tolist()
