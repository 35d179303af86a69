"""Writes fixtures/ssd-detections.json: what NumPy, in double precision, makes of raw outputs of SSD-VGG-300.

    python3 scripts/make-ssd-detections.py

The outputs themselves are not in the file: both sides compute them from a hash of seed and place.
"""

import json
import pathlib

import numpy as np

FIXTURE = pathlib.Path(__file__).parent.parent / "fixtures" / "ssd-detections.json"

# cells a side, step, own and next size, ratios
BLOCKS = [
    (37, 8, (21, 45), (2, 1 / 2)),
    (19, 16, (45, 99), (2, 1 / 2, 3, 1 / 3)),
    (10, 32, (99, 153), (2, 1 / 2, 3, 1 / 3)),
    (5, 64, (153, 207), (2, 1 / 2, 3, 1 / 3)),
    (3, 100, (207, 261), (2, 1 / 2)),
    (1, 300, (261, 315), (2, 1 / 2)),
]
CLASSES = 21
IMAGE = 300
MOST = 400

CASES = [
    dict(seed=1, images=1, logits=8, offsets=2, selectThreshold=0.5, nmsThreshold=0.45),
    dict(seed=2, images=2, logits=8, offsets=4, selectThreshold=0.96, nmsThreshold=0.45),
    dict(seed=3, images=1, logits=4, offsets=8, selectThreshold=0.4, nmsThreshold=0.1),
]


def hashed(seed, tensor, shape, spread):
    """Single-precision numbers from -spread up to spread: the last step of MurmurHash3 of the place."""
    start = seed * 2**25 + tensor * 2**21
    bits = (start + np.arange(np.prod(shape), dtype=np.uint64)).astype(np.uint32)
    bits ^= bits >> 16
    bits *= np.uint32(0x85EBCA6B)
    bits ^= bits >> 13
    bits *= np.uint32(0xC2B2AE35)
    bits ^= bits >> 16
    return (((bits >> 8) / 2**23 - 1) * spread).astype(np.float32).reshape(shape)


def anchors_of(cells, step, sizes, ratios):
    heights = np.array([sizes[0], np.sqrt(sizes[0] * sizes[1])] + [sizes[0] / np.sqrt(r) for r in ratios]) / IMAGE
    widths = np.array([sizes[0], np.sqrt(sizes[0] * sizes[1])] + [sizes[0] * np.sqrt(r) for r in ratios]) / IMAGE
    rows, columns = np.mgrid[0:cells, 0:cells]
    y, x = ((grid[..., None] + 0.5) * step / IMAGE + 0 * heights for grid in (rows, columns))
    return np.stack([x, y, x * 0 + widths, y * 0 + heights], axis=-1).reshape(-1, 4)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def decode(anchors, offsets):
    centres = anchors[:, :2] + 0.1 * offsets[:, :2] * anchors[:, 2:]
    sizes = anchors[:, 2:] * np.exp(0.2 * offsets[:, 2:])
    least, most = centres - sizes / 2, centres + sizes / 2
    return np.stack([least[:, 1], least[:, 0], most[:, 1], most[:, 0]], axis=-1)


def overlaps(boxes):
    least = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    most = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = np.prod(np.clip(most - least, 0, None), axis=-1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)
    union = areas[:, None] + areas[None, :] - both
    return np.divide(both, union, out=np.zeros_like(both), where=union > 0)


def detect(anchors, logits, offsets, select, nms):
    scores = softmax(logits)
    scores[:, 0] = 0
    places, classes = np.nonzero(scores > select)
    best = np.argsort(-scores[places, classes], kind="stable")[:MOST]
    places, classes = places[best], classes[best]
    boxes = np.clip(decode(anchors[places], offsets[places]), 0, 1)
    rivals = (overlaps(boxes) >= nms) & (classes[:, None] == classes[None, :])
    stays = np.ones(len(places), bool)
    for place in range(len(places)):
        if stays[place]:
            stays[place + 1 :] &= ~rivals[place, place + 1 :]
    found = zip(classes[stays], scores[places, classes][stays], boxes[stays])
    return len(best), [[int(c), float(f"{s:.12g}"), *(float(f"{v:.12g}") for v in box)] for c, s, box in found]


def answer(case):
    seed, images = case["seed"], case["images"]
    logits, offsets = [], []
    for number, (cells, _, _, ratios) in enumerate(BLOCKS):
        shape = (images, cells, cells, 2 + len(ratios))
        logits.append(hashed(seed, number, (*shape, CLASSES), case["logits"]).reshape(images, -1, CLASSES))
        offsets.append(hashed(seed, 6 + number, (*shape, 4), case["offsets"]).reshape(images, -1, 4))
    logits, offsets = (np.concatenate(parts, axis=1).astype(np.float64) for parts in (logits, offsets))
    anchors = np.concatenate([anchors_of(*block) for block in BLOCKS])
    found = [
        detect(anchors, logits[i], offsets[i], case["selectThreshold"], case["nmsThreshold"]) for i in range(images)
    ]
    print(case, [(best, len(kept)) for best, kept in found])
    return {**case, "found": [kept for _, kept in found]}


anchors = [anchors_of(*block) for block in BLOCKS]
FIXTURE.write_text(
    json.dumps(
        {
            "anchors": [
                {"count": len(block), "every97th": [[float(f"{v:.14g}") for v in row] for row in block[::97]]}
                for block in anchors
            ],
            "cases": [answer(case) for case in CASES],
        },
        separators=(",", ":"),
    )
    + "\n"
)
