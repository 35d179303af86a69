"""The cases of each family of ops, by the names of the files that they are written to."""

from .detection import best_of_classes, crops, detection
from .functions import division, functions
from .images import blocks, edges, enlarging, lines, resizing, volumes
from .refusals import formats, refusals
from .shapes import categories, contractions, diagonals, forms, indexing, parts, pieces, sequences

FAMILIES = {
    "best-of-classes": best_of_classes,
    "blocks": blocks,
    "categories": categories,
    "contractions": contractions,
    "crops": crops,
    "detection": detection,
    "diagonals": diagonals,
    "division": division,
    "edges": edges,
    "enlarging": enlarging,
    "forms": forms,
    "formats": formats,
    "functions": functions,
    "indexing": indexing,
    "lines": lines,
    "parts": parts,
    "pieces": pieces,
    "refusals": refusals,
    "resizing": resizing,
    "sequences": sequences,
    "volumes": volumes,
}
