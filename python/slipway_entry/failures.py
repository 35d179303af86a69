"""Why a script cannot be served, and how the exceptions of a script are shown."""

import os
import traceback
from types import TracebackType
from typing import Iterator, List, Optional

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep

#: The most characters of a message that stands in a state, and of a traceback in a frame: an
#: exception may carry anything.
_MAX_MESSAGE = 2_000
_MAX_TRACEBACK = 64_000

#: The most lines of a model directory that are listed.
_MAX_LISTED = 200


class StartFailure(Exception):
    """The script cannot be served. `stage` is `import`, `checks` or `init`."""

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(message)
        self.stage = stage

    @property
    def message(self) -> str:
        """What went wrong, with the exception of the script that caused it."""
        cause = self.__cause__
        said = str(self) if cause is None else "{} {}".format(self, summary_of(cause))
        return said if len(said) <= _MAX_MESSAGE else said[:_MAX_MESSAGE] + "…"

    @property
    def traceback(self) -> str:
        """The traceback of the script's exception; empty if there was none."""
        return "" if self.__cause__ is None else traceback_of(self.__cause__)


def summary_of(error: BaseException) -> str:
    """The last line of the traceback, such as `ValueError: no such layer`."""
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def traceback_of(error: BaseException) -> str:
    """
    The traceback as Python writes it, from where the script begins. A very long one loses its
    middle.
    """
    lines = traceback.format_exception(type(error), error, _from_script(error.__traceback__))
    text = "".join(lines)
    if len(text) <= _MAX_TRACEBACK:
        return text
    half = _MAX_TRACEBACK // 2
    return "{}\n… {} characters left out …\n{}".format(
        text[:half], len(text) - 2 * half, text[-half:]
    )


def _from_script(whole: Optional[TracebackType]) -> Optional[TracebackType]:
    rest = whole
    while rest is not None and _is_ours(rest.tb_frame.f_code.co_filename):
        rest = rest.tb_next
    return rest if rest is not None else whole


def _is_ours(file: str) -> bool:
    return file.startswith((_OWN_FOLDER, "<frozen importlib"))


def listing_of(folder: str) -> str:
    """The files below a folder as a tree, cut where it grows long."""
    lines: List[str] = []
    for line in _tree(folder, ""):
        if len(lines) == _MAX_LISTED:
            lines.append("… only the first {} lines are shown.".format(_MAX_LISTED))
            break
        lines.append(line)
    return "\n".join(lines)


def _tree(path: str, indent: str) -> Iterator[str]:
    name = os.path.basename(path)
    if os.path.islink(path) or not os.path.isdir(path):
        yield indent + name
        return
    yield indent + name + "/"
    try:
        entries = sorted(os.listdir(path))
    except OSError as error:
        yield "{}    ({})".format(indent, error.strerror)
        return
    for entry in entries:
        yield from _tree(os.path.join(path, entry), indent + "    ")
