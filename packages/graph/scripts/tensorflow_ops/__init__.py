"""The cases of each family of ops, by the names of the files that they are written to."""

from .functions import division, functions
from .images import blocks, edges, enlarging, lines, resizing, volumes
from .shapes import contractions, forms, indexing, parts, sequences

FAMILIES = {
    "blocks": blocks,
    "contractions": contractions,
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
