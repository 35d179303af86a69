"""Mini-batches of a job, one after the other: frame in, `run`, results out."""

import csv
import importlib
import inspect
import io
import json
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from slipway_entry.failures import StartFailure, summary_of, traceback_of
from slipway_entry.forked import leave_if_forked
from slipway_entry.frames import Bytes, Channel, head_of
from slipway_entry.output_capture import NO_REQUEST, OutputCapture
from slipway_entry.results import explain_unencodable, plain_numpy

#: An exception may carry anything.
_MAX_MESSAGE = 2_000

#: Line ends of any kind, which a line of results cannot hold.
_LINE_ENDS = str.maketrans({"\n": "\\n", "\r": "\\r", "\x00": "\\0"})


class BadResult(Exception):
    """What `run` returned is no list of results; the message says what to do."""


def check_run(run: Callable[..., Any]) -> None:
    """Raises StartFailure if `run` cannot be called with a mini-batch alone."""
    try:
        inspect.signature(run).bind(None)
    except TypeError as error:
        raise StartFailure(
            "checks", "run() is called with one argument, the mini-batch: {}.".format(error)
        ) from None
    except ValueError:
        # Native functions do not always tell what they take.
        pass


class BatchServer:
    """Scores the mini-batches of a job until it hangs up."""

    def __init__(
        self,
        channel: Channel,
        capture: OutputCapture,
        run: Callable[[Any], Any],
        keeps_results: bool,
    ) -> None:
        self._channel = channel
        self._capture = capture
        self._run = run
        self._keeps_results = keeps_results
        self._pandas: Any = None
        self._knows_pandas = False

    def serve(self) -> None:
        """Goes on until HungUp is raised."""
        while True:
            self._serve_one()

    def _serve_one(self) -> None:
        head, body = self._channel.receive()
        self._capture.request_id = head["requestId"]
        status, answer = self._answer(json.loads(str(body, "utf-8")))
        self._capture.flush()
        self._capture.request_id = NO_REQUEST
        self._channel.send(_response_head(head["id"], status), answer)

    def _answer(self, request: Dict[str, Any]) -> Tuple[int, Bytes]:
        try:
            given = request["files"] if "files" in request else self._table(request["rows"])
            result = self._run(given)
            leave_if_forked(self._channel, "run")
            lines = list(result_lines(result))
            count = len(lines)
            expected = len(request["files"] if "files" in request else request["rows"])
            _check_count(count, expected)
            text = "".join(line + "\n" for line in lines) if self._keeps_results else ""
            return 200, json.dumps({"succeeded": count, "text": text}).encode()
        except BadResult as bad:
            self._capture.log(str(bad))
            return 500, _message(str(bad))
        # Whoever calls sys.exit() in run() fails one mini-batch, not those that come after it.
        except BaseException as error:
            leave_if_forked(self._channel, "run")
            self._capture.log("run() raised an exception:\n" + traceback_of(error))
            return 500, _message("run() raised " + summary_of(error))

    def _table(self, rows: List[Any]) -> Any:
        """A DataFrame where pandas is installed, else the rows as they are."""
        if not self._knows_pandas:
            self._knows_pandas = True
            self._pandas = _import_pandas()
            self._capture.log(
                "run() gets rows as a list: pandas is not installed in this environment."
                if self._pandas is None
                else "run() gets rows as a DataFrame of pandas {}.".format(self._pandas.__version__)
            )
        return rows if self._pandas is None else self._pandas.DataFrame(rows)


def result_lines(result: Any) -> Iterator[str]:
    """
    A line for each element of a list, tuple, array, or Series, and for each row of a DataFrame: text
    as it is, with the ends of lines written as `\\n`; anything else as JSON; a row of a DataFrame
    as cells with spaces between them. Raises BadResult.
    """
    if _is_of(result, "pandas", "DataFrame"):
        return (_cells(row) for row in result.itertuples(index=False, name=None))
    if _is_of(result, "pandas", "Series"):
        return (_line(element) for element in result.tolist())
    if _is_of(result, "numpy", "ndarray") and result.ndim > 0:
        return (_line(element) for element in result.tolist())
    if isinstance(result, (list, tuple)):
        return (_line(element) for element in result)
    raise BadResult(
        "run() returned {}, but it must return a list, an array or a DataFrame with one element for"
        " each item that succeeded.".format(_described(result))
    )


def _line(element: Any) -> str:
    if isinstance(element, str):
        return element.translate(_LINE_ENDS)
    try:
        return json.dumps(plain_numpy(element))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadResult(explain_unencodable(element, error)) from error


def _cells(row: Sequence[Any]) -> str:
    text = io.StringIO()
    cells = [str(plain_numpy(cell)).translate(_LINE_ENDS) for cell in row]
    csv.writer(text, delimiter=" ", lineterminator="").writerow(cells)
    return text.getvalue()


def _check_count(count: int, expected: int) -> None:
    if count > expected:
        raise BadResult(
            "run() returned {} elements for {} items: return one for each item that"
            " succeeded.".format(count, expected)
        )


def _response_head(number: int, status: int) -> bytes:
    return head_of(
        "response",
        id=number,
        status=status,
        headers=[],
        execMs=None,
        functionFailed=status != 200,
    )


def _message(text: str) -> bytes:
    return json.dumps({"message": text[:_MAX_MESSAGE]}).encode()


def _import_pandas() -> Optional[Any]:
    try:
        return importlib.import_module("pandas")
    except ImportError:
        return None


def _is_of(value: Any, package: str, name: str) -> bool:
    module = sys.modules.get(package)
    return module is not None and isinstance(value, getattr(module, name))


def _described(value: Any) -> str:
    return "nothing" if value is None else "a {}".format(type(value).__name__)
