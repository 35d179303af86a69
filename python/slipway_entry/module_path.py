"""
Where Python looks for modules: the script's folders, then ours, so that an installed package
always wins.
"""

import os
import sys

from slipway_entry.settings import Settings

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_STAND_INS = os.path.join(_ROOT, "slipway_azureml")


def arrange_module_path(settings: Settings) -> None:
    """
    Puts the app root and the source directory on the path, and behind everything the folder that
    this package came from and our stand-ins for `azureml` and its kin. Processes that
    `multiprocessing` starts take the path over.
    """
    _forget(_ROOT)
    _forget_in_environment(_ROOT)
    for folder in (settings.app_root, settings.source_directory, _ROOT, _STAND_INS):
        if folder is not None and folder not in sys.path:
            sys.path.append(folder)
    _join_existing_namespace()


def _forget(folder: str) -> None:
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]


def _forget_in_environment(folder: str) -> None:
    """Python processes that the script starts are none of ours."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [entry for entry in entries if entry and os.path.abspath(entry) != folder]
    if kept:
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    else:
        os.environ.pop("PYTHONPATH", None)


def _join_existing_namespace() -> None:
    """
    Old wheels make the module `azureml` when the interpreter starts (`*-nspkg.pth`), before we
    could say where else its parts are.
    """
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] != "azureml" or not hasattr(module, "__path__"):
            continue
        folder = os.path.join(_STAND_INS, *name.split("."))
        if os.path.isdir(folder) and folder not in module.__path__:
            module.__path__.append(folder)
