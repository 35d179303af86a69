"""The cases of each family of ops, by the names of the files that they are written to."""

from .detection import best_of_classes, crops, detection
from .functions import division, functions
from .images import blocks, edges, enlarging, lines, resizing, volumes
from .shapes import contractions, forms, indexing, parts, sequences

FAMILIES = {
    "best-of-classes": best_of_classes,
    "blocks": blocks,
    "contractions": contractions,
    "crops": crops,
    "detection": detection,
    "division": division,
    "edges": edges,
    "enlarging": enlarging,
    "forms": forms,
    "functions": functions,
    "indexing": indexing,
    "lines": lines,
    "parts": parts,
    "resizing": resizing,
    "sequences": sequences,
    "volumes": volumes,
}
