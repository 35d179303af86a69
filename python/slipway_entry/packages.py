"""Which packages the interpreter has, for those who look at a service later."""

import os
import re
import sys
from typing import Dict

_METADATA_FOLDER = re.compile(r"^([^-]+)-(.+)\.dist-info$")


def installed_packages() -> Dict[str, str]:
    """
    Versions by normalized name (PEP 503), from the names of the folders alone: reading the
    metadata takes long.
    """
    packages: Dict[str, str] = {}
    for folder in sys.path:
        try:
            entries = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in sorted(entries):
            found = _METADATA_FOLDER.match(entry)
            if found is not None:
                packages.setdefault(re.sub(r"[-_.]+", "-", found.group(1)).lower(), found.group(2))
    return packages
