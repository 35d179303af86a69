"""Writes fixtures/train/head-golden.json: softmax heads as scikit-learn fits them, to hold ours to.

Run with scikit-learn (1.9 made the committed file): python packages/accel/scripts/make-head-golden.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
COUNTS = [40, 15, 5]
CENTRES = np.array([[0, 10, 0.0], [1, 12, 0.3], [-1, 12, 0.1]])
SPREAD = np.array([1, 2, 0.2])


def rounded(values):
    return np.round(np.asarray(values, dtype=np.float64), 9).tolist()


def samples():
    random = np.random.default_rng(7)
    classes = np.repeat(np.arange(3), COUNTS)
    features = CENTRES[classes] + SPREAD * random.standard_normal((len(classes), 3))
    return np.round(features, 3).astype(np.float32), classes


def fit(features, classes, l2, class_weight):
    scaled = StandardScaler().fit_transform(features.astype(np.float64))
    # It makes C * the sum of the losses + 1/2 * the squares as small as possible; we, the mean and l2/2.
    model = LogisticRegression(C=1 / (l2 * len(classes)), class_weight=class_weight, tol=1e-12, max_iter=100_000)
    model.fit(scaled, classes)
    return {
        "l2": l2,
        "classWeights": class_weight or "none",
        "probabilities": rounded(model.predict_proba(scaled)),
    }


features, classes = samples()
golden = {
    "features": [[float(str(value)) for value in row] for row in features],
    "classes": classes.tolist(),
    "heads": [fit(features, classes, l2, weight) for l2 in (0.3, 0.01) for weight in (None, "balanced")],
}
path = HERE.parent / "fixtures" / "train" / "head-golden.json"
path.write_text(json.dumps(golden) + "\n")
