"""Settings, which come as environment variables: Azure's own names where it has them."""

import os
from typing import Mapping, NamedTuple, Optional

_DEFAULT_APP_ROOT = "/var/azureml-app"


#: Whose requests the script answers: a service's, or a job's that keeps what `run` returns, or only
#: counts it.
SERVICE = "service"
BATCH = "batch"
BATCH_SUMMARY = "batch-summary"


class Settings(NamedTuple):
    """Where the script is, and what its answers and documents depend on."""

    app_root: str
    source_directory: Optional[str]
    entry_script: Optional[str]
    model_directory: Optional[str]
    service_name: str
    service_version: str
    path_prefix: str
    collects_data: bool
    encodes_numpy: bool
    mode: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings as the environment says them; an empty variable is as one that is not set."""
    app_root = os.path.abspath(environment.get("AML_APP_ROOT") or _DEFAULT_APP_ROOT)
    source_directory = environment.get("AZUREML_SOURCE_DIRECTORY")
    prefix = environment.get("SERVICE_PATH_PREFIX", "").strip("/")
    return Settings(
        app_root=app_root,
        source_directory=os.path.join(app_root, source_directory) if source_directory else None,
        entry_script=environment.get("AZUREML_ENTRY_SCRIPT") or None,
        model_directory=environment.get("AZUREML_MODEL_DIR") or None,
        service_name=environment.get("SERVICE_NAME") or "ML service",
        service_version=environment.get("SERVICE_VERSION") or "1.0",
        path_prefix="/" + prefix if prefix else "",
        collects_data=_is_true(environment.get("AML_MODEL_DC_STORAGE_ENABLED")),
        encodes_numpy=_is_true(environment.get("SLIPWAY_ENCODE_NUMPY")),
        mode=environment.get("SLIPWAY_ENTRY_MODE") or SERVICE,
    )


def _is_true(value: Optional[str]) -> bool:
    return (value or "").strip().lower() in ("1", "true")
