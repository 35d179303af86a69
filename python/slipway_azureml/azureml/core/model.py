"""Model.get_model_path, where azureml-core is not installed."""

import os
from typing import Any, Iterator, List, Optional

_CACHE_FOLDER = "azureml-models"


class ModelNotFoundException(Exception):
    """No such model, or no such version of it, belongs to this deployment."""


class Model:
    """The models of this deployment. They are found by name; nothing is downloaded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "An entry script finds its models with Model.get_model_path(name), or in"
            " os.environ['AZUREML_MODEL_DIR']. To work with a workspace, add azureml-core to the"
            " environment's pip packages."
        )

    @staticmethod
    def get_model_path(
        model_name: str, version: Optional[int] = None, _workspace: Any = None
    ) -> str:
        """
        The path of a model's file or folder: what stands alone in
        `azureml-models/<name>/<version>/`, or that folder itself where it holds several; the
        newest version if none is asked for. Else `./<name>`. Raises ModelNotFoundException, which
        names the models that there are.
        """
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise TypeError("version must be an int, not {!r}.".format(version))
        for cache in _caches():
            versions = _versions(os.path.join(cache, model_name))
            wanted = version if version is not None else max(versions, default=None)
            if wanted in versions:
                return _only_entry(os.path.join(cache, model_name, str(wanted)))
        if version is None and os.path.exists(model_name):
            return os.path.join(".", model_name)
        raise ModelNotFoundException(_not_found(model_name, version))


def _caches() -> Iterator[str]:
    """
    Folders that hold `<name>/<version>/`: AZUREML_MODEL_DIR, or, where that is the one model's own
    folder, the one two above; then the app root's, and the current directory's.
    """
    model_directory = os.environ.get("AZUREML_MODEL_DIR")
    if model_directory:
        folder = os.path.abspath(model_directory)
        yield (
            os.path.dirname(os.path.dirname(folder))
            if _is_version(os.path.basename(folder))
            else folder
        )
    yield os.path.join(os.environ.get("AML_APP_ROOT") or "/var/azureml-app", _CACHE_FOLDER)
    yield os.path.abspath(_CACHE_FOLDER)


def _versions(folder: str) -> List[int]:
    return [int(entry) for entry in _entries(folder) if _is_version(entry)]


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdecimal() and str(int(name)) == name


def _entries(folder: str) -> List[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _only_entry(folder: str) -> str:
    entries = _entries(folder)
    return os.path.join(folder, entries[0]) if len(entries) == 1 else folder


def _not_found(model_name: str, version: Optional[int]) -> str:
    there = sorted(
        {
            "{}:{}".format(name, number)
            for cache in _caches()
            for name in _entries(cache)
            for number in _versions(os.path.join(cache, name))
        }
    )
    wanted = model_name if version is None else "{}:{}".format(model_name, version)
    return "Model {} is not part of this deployment, which has {}.".format(
        wanted, ", ".join(there) or "no models"
    )
