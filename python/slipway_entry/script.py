"""Loads the entry script and finds its functions."""

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any, Callable, NamedTuple

from slipway_entry.failures import StartFailure
from slipway_entry.settings import SERVICE, Settings

#: The module that is the script when no file is named.
_DEFAULT_MODULE = "main"

#: What a script's module is called when its own name belongs to another.
_SPARE_NAME = "entry_module"


class Script(NamedTuple):
    """The two functions of an entry script."""

    init: Callable[[], Any]
    run: Callable[..., Any]


def load_script(settings: Settings) -> Script:
    """
    Imports the script. A job's may do without `init`. Raises StartFailure with what Python says.
    """
    module = _import_file(settings) if settings.entry_script else _import_default(settings)
    if settings.mode != SERVICE and not hasattr(module, "init"):
        module.init = lambda: None  # type: ignore[attr-defined]
    for function in ("init", "run"):
        if not callable(getattr(module, function, None)):
            file = getattr(module, "__file__", None) or module.__name__
            message = "User script at {} does not have a {}() function defined.".format(
                file, function
            )
            raise StartFailure("checks", message)
    return Script(module.init, module.run)  # type: ignore[attr-defined]


def _import_file(settings: Settings) -> ModuleType:
    path = os.path.join(settings.app_root, settings.entry_script or "")
    if not os.path.isfile(path):
        raise StartFailure(
            "import",
            "The entry script {} does not exist: AZUREML_ENTRY_SCRIPT is taken relative to"
            " AML_APP_ROOT, {}.".format(path, _contents(settings.app_root)),
        )
    name = _module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise StartFailure(
            "import", "The entry script {} is not a Python file: it must end in .py.".format(path)
        )
    module = importlib.util.module_from_spec(spec)
    # Classes of the script are pickled by the name of their module, and dataclasses look it up.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        raise StartFailure(
            "import", "The entry script {} could not be imported.".format(path)
        ) from error
    return module


def _import_default(settings: Settings) -> ModuleType:
    try:
        return importlib.import_module(_DEFAULT_MODULE)
    except BaseException as error:
        message = (
            "The module main, which is the entry script when AZUREML_ENTRY_SCRIPT is not set,"
            " could not be imported; {}."
        )
        raise StartFailure("import", message.format(_contents(settings.app_root))) from error


def _module_name(path: str) -> str:
    name = os.path.splitext(os.path.basename(path))[0]
    return name if name.isidentifier() and name not in sys.modules else _SPARE_NAME


def _contents(app_root: str) -> str:
    try:
        entries = sorted(os.listdir(app_root))
    except OSError as error:
        return "and the app root {} cannot be read ({})".format(app_root, error.strerror)
    shown = ", ".join(entries[:20]) + (", …" if len(entries) > 20 else "")
    return "and the app root {} holds {}".format(app_root, shown or "nothing")
