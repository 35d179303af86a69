"""Holds a framework's network to what makes a comparison worth something, and writes its answers."""

import base64
import json

import numpy as np

from networks import inputs

# Of the largest element: an output that varies less with its input guards nothing.
LEAST_SIGNAL = 0.05
SEED = 31
ROWS = 2
# Of outputs with more elements than these, a small file has each eleventh: no number of channels shares a factor with it.
MANY = 4000
EVERY = 11


def images(size, rows, seed=SEED):
    """Levels. With `repeat`, each stands for so many rows and columns of pixels."""
    repeat = size.get("repeat", 1)
    side = size["side"] // repeat
    levels = inputs.images(rows, side, side, 3, np.random.default_rng(seed))
    return levels.repeat(repeat, 1).repeat(repeat, 2)


def write(network, size, folder, stored):
    """Levels of images, and outputs by their names: those of float64."""
    levels = images(size, ROWS)
    found = network.run(levels)
    precise = network.exactly(levels)
    outputs = {}
    for key, value in precise.items():
        signal = np.abs(value[0] - value[1]).max() / np.abs(value).max()
        if key != "probabilities" and signal < LEAST_SIGNAL:
            raise SystemExit(f"{folder.name}: {key} varies by {signal} of its largest element alone.")
        every = EVERY if value.size > MANY else 1
        tolerance = float(2 * np.abs(found[key] - value).max())
        values = np.ascontiguousarray(value.astype(np.float32).reshape(-1)[::every])
        data = base64.b64encode(values.tobytes()).decode()
        outputs[key] = {"shape": list(value.shape), "every": every, "tolerance": tolerance, "data": data}
    repeat = size.get("repeat", 1)
    drawn = levels[:, ::repeat, ::repeat].astype(np.uint8)
    (folder / "levels.bin").write_bytes(np.ascontiguousarray(drawn).tobytes())
    text = {**stored, "size": size, "rows": ROWS, "levels": "levels.bin", "outputs": outputs}
    (folder / "answers.json").write_text(json.dumps(text, indent=1) + "\n")
