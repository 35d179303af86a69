"""Builds the parts, starts the script, and serves it until the replica hangs up."""

import faulthandler
import os
import platform
from typing import Any, Callable, Optional, Union

from slipway_entry import stand_ins
from slipway_entry.answers import encoder
from slipway_entry.batch import BatchServer, check_run
from slipway_entry.collector import Collector
from slipway_entry.descriptors import write_to_descriptor
from slipway_entry.failures import StartFailure, listing_of
from slipway_entry.forked import leave_if_forked
from slipway_entry.frames import Channel, HungUp, connect, connection_error, head_of
from slipway_entry.hang_up import end_with_replica
from slipway_entry.inputs import inspect_run
from slipway_entry.module_path import arrange_module_path
from slipway_entry.output_capture import OutputCapture
from slipway_entry.packages import installed_packages
from slipway_entry.results import plain_numpy
from slipway_entry.script import Script, load_script
from slipway_entry.serve import Server
from slipway_entry.settings import BATCH, SERVICE, Settings, read_settings
from slipway_entry.swagger import swagger_documents

#: The socket to the replica.
_DESCRIPTOR = 3

#: The script cannot be served.
_START_FAILED = 3

_NOT_STARTED_BY_REPLICA = 2


def main() -> int:
    """Returns the exit status."""
    problem = connection_error(_DESCRIPTOR)
    if problem is not None:
        write_to_descriptor(2, problem.encode() + b"\n")
        return _NOT_STARTED_BY_REPLICA
    faulthandler.enable(file=2, all_threads=True)
    channel = connect(_DESCRIPTOR)
    end_with_replica(_DESCRIPTOR)
    capture = OutputCapture(channel)
    capture.install()
    try:
        return _host(channel, capture, read_settings(os.environ))
    except HungUp:
        return 0


def _host(channel: Channel, capture: OutputCapture, settings: Settings) -> int:
    try:
        server = _start(channel, capture, settings)
    except StartFailure as failure:
        _report(channel, capture, settings, failure)
        return _START_FAILED
    server.serve()
    return 0


def _start(
    channel: Channel, capture: OutputCapture, settings: Settings
) -> Union[Server, BatchServer]:
    """Everything up to `ready`. Raises StartFailure."""
    arrange_module_path(settings)
    stand_ins.collector = Collector(channel, capture, settings.collects_data)
    script = load_script(settings)
    if settings.mode == SERVICE:
        return _start_service(channel, capture, settings, script)
    check_run(script.run)
    _initialize(channel, script.init)
    _say_ready(channel, capture, "batch")
    return BatchServer(channel, capture, script.run, settings.mode == BATCH)


def _start_service(
    channel: Channel, capture: OutputCapture, settings: Settings, script: Script
) -> Server:
    inputs = inspect_run(script.run)
    _initialize(channel, script.init)
    swagger = swagger_documents(settings, script.run)
    _say_ready(channel, capture, inputs.kind)
    encode = encoder(plain_numpy if settings.encodes_numpy else None)
    return Server(channel, capture, script.run, inputs.make_arguments, encode, swagger)


def _say_ready(channel: Channel, capture: OutputCapture, inputs: str) -> None:
    capture.flush()
    version, packages = platform.python_version(), installed_packages()
    channel.send(head_of("ready", python=version, inputs=inputs, packages=packages))


def _initialize(channel: Channel, init: Callable[[], Any]) -> None:
    try:
        init()
    except BaseException as error:
        leave_if_forked(channel, "init")
        raise StartFailure("init", "init() raised an exception.") from error
    leave_if_forked(channel, "init")


def _report(
    channel: Channel, capture: OutputCapture, settings: Settings, failure: StartFailure
) -> None:
    traceback = failure.traceback
    capture.log("{}\n{}".format(failure.message, traceback))
    folder: Optional[str] = settings.model_directory
    if failure.stage == "init" and folder is not None and os.path.isdir(folder):
        capture.log(
            "AZUREML_MODEL_DIR, {}, holds:\n{}".format(folder, listing_of(folder.rstrip("/")))
        )
    channel.send(
        head_of("failed", stage=failure.stage, message=failure.message),
        traceback.encode("utf-8", "backslashreplace"),
    )
