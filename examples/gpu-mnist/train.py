"""Trains the network of the GPU flow and writes model/mnist-tf.npz: python train.py FOLDER_WITH_THE_IDX_FILES

Only numpy is needed. The seed is fixed; another build of numpy may round otherwise, so that the last digits of the weights differ.
"""
import gzip
import os
import sys

import numpy as np

SEED = 1998
EPOCHS = 12
BATCH = 128
FIRST_LEARNING_RATE = 1e-3  # falls in a straight line to zero
SIZES = (("h1", 784, 300), ("h2", 300, 100), ("output", 100, 10))


def read_idx(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as file:
        data = file.read()
    axes = data[3]
    shape = np.frombuffer(data, ">u4", axes, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def load(folder, name):
    images = read_idx(os.path.join(folder, name + "-images-idx3-ubyte"))
    labels = read_idx(os.path.join(folder, name + "-labels-idx1-ubyte"))
    return images.reshape(len(images), -1).astype(np.float32) / 255, labels


def first_weights(random):
    weights = {}
    for layer, inputs, outputs in SIZES:
        kernel = random.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
        weights[layer + "/kernel"] = kernel.astype(np.float32)
        weights[layer + "/bias"] = np.zeros(outputs, np.float32)
    return weights


def forward(weights, x):
    h1 = np.maximum(x @ weights["h1/kernel"] + weights["h1/bias"], 0)
    h2 = np.maximum(h1 @ weights["h2/kernel"] + weights["h2/bias"], 0)
    return h1, h2, h2 @ weights["output/kernel"] + weights["output/bias"]


def gradients(weights, x, labels):
    h1, h2, logits = forward(weights, x)
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    error = likely / likely.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    found = {}
    for layer, values in (("output", h2), ("h2", h1), ("h1", x)):
        found[layer + "/kernel"] = values.T @ error
        found[layer + "/bias"] = error.sum(axis=0)
        error = (error @ weights[layer + "/kernel"].T) * (values > 0)
    return found


def train(weights, images, labels, random):
    mean = {name: np.zeros_like(value) for name, value in weights.items()}
    square = {name: np.zeros_like(value) for name, value in weights.items()}
    batches = len(images) // BATCH
    for step in range(EPOCHS * batches):
        if step % batches == 0:
            order = random.permutation(len(images))
        chosen = order[step % batches * BATCH :][:BATCH]
        rate = FIRST_LEARNING_RATE * (1 - step / (EPOCHS * batches))
        for name, gradient in gradients(weights, images[chosen], labels[chosen]).items():
            mean[name] += 0.1 * (gradient - mean[name])
            square[name] += 0.001 * (gradient * gradient - square[name])
            unbiased = mean[name] / (1 - 0.9 ** (step + 1))
            scale = np.sqrt(square[name] / (1 - 0.999 ** (step + 1))) + 1e-8
            weights[name] -= (rate * unbiased / scale).astype(np.float32)
        if (step + 1) % batches == 0:
            print("epoch", (step + 1) // batches, "of", EPOCHS, flush=True)


def main(folder):
    random = np.random.RandomState(SEED)
    weights = first_weights(random)
    train(weights, *load(folder, "train"), random)
    images, labels = load(folder, "t10k")
    right = np.mean(forward(weights, images)[2].argmax(axis=1) == labels)
    print("{:.2f} % of {} test digits are right".format(right * 100, len(labels)))
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model", "mnist-tf.npz")
    np.savez(target, **weights)
    print("written", target)


if __name__ == "__main__":
    main(sys.argv[1])
