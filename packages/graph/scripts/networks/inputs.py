"""Seeded inputs that differ as photos do, in areas and in detail."""

import numpy as np

MEANS = np.array([123.68, 116.779, 103.939], np.float32)


def images(count, height, width, channels, random):
    """Levels of 0 to 255: areas of a ninth of the height, and noise on them."""
    coarse = random.uniform(0, 255, size=(count, 9, 9, channels))
    rows = np.linspace(0, 8, height)
    columns = np.linspace(0, 8, width)
    smooth = between(between(coarse, rows, 1), columns, 2)
    noisy = smooth + random.normal(scale=25, size=smooth.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.float32)


def between(values, at, axis):
    low = np.minimum(np.floor(at).astype(int), values.shape[axis] - 2)
    shape = [1] * values.ndim
    shape[axis] = len(at)
    part = (at - low).reshape(shape)
    return np.take(values, low, axis) * (1 - part) + np.take(values, low + 1, axis) * part


def words(count, length, vocabulary, random):
    return random.integers(1, vocabulary, size=(count, length)).astype(np.int32)


# As each kind of network has its images.


def levels(pixels):
    return pixels


def less_means(pixels):
    return pixels - MEANS


def to_one(pixels):
    return pixels / np.float32(127.5) - np.float32(1)


def fractions(pixels):
    return pixels / np.float32(255)
