"""Writes the trained weights as TensorFlow 1 does: mnist-tf.model.meta, .index and .data-00000-of-00001.

python make_checkpoint.py ../model/mnist-tf.npz FOLDER
"""
import os
import sys

import numpy as np
import tensorflow.compat.v1 as tf


def dense(values, name, weights, activation=None):
    """As tf.layers.dense named its operations and variables; that function has gone from TensorFlow."""
    with tf.variable_scope(name):
        kernel = tf.get_variable("kernel", initializer=weights[name + "/kernel"])
        bias = tf.get_variable("bias", initializer=weights[name + "/bias"])
        result = tf.nn.bias_add(tf.matmul(values, kernel, name="MatMul"), bias, name="BiasAdd")
        return result if activation is None else activation(result)


def main(weights_file, folder):
    tf.disable_eager_execution()
    weights = np.load(weights_file)
    with tf.name_scope("network"):
        x = tf.placeholder(tf.float32, [None, 784], name="X")
        tf.placeholder(tf.int64, [None], name="y")
        h1 = dense(x, "h1", weights, tf.nn.relu)
        h2 = dense(h1, "h2", weights, tf.nn.relu)
        dense(h2, "output", weights)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        os.makedirs(folder)
        tf.train.Saver().save(session, os.path.join(folder, "mnist-tf.model"))
    os.remove(os.path.join(folder, "checkpoint"))  # names a path of this machine


if __name__ == "__main__":
    main(*sys.argv[1:])
