"""Rows that the script hands to a ModelDataCollector become `collect` frames."""

import json
import math
from typing import Any, List, Optional, Sequence

from slipway_entry.frames import Channel, head_of
from slipway_entry.output_capture import OutputCapture
from slipway_entry.results import plain_numpy

#: The most bytes of rows that one call hands over: collected data is to be read by people, not a
#: second way out.
_MAX_ROWS_BYTES = 4 * 1024 * 1024


class Collector:
    """Where collected rows go. One a process, made before the script is imported."""

    def __init__(self, channel: Channel, capture: OutputCapture, is_enabled: bool) -> None:
        self._channel = channel
        self._capture = capture
        self._is_enabled = is_enabled

    def collect(
        self,
        model: str,
        designation: str,
        features: Optional[Sequence[str]],
        correlation_id: str,
        data: Any,
    ) -> bool:
        """
        Sends the rows; False, with a line in the log, where they are not collected. A script never
        fails by it. When collection is off, which is the default, nothing happens.
        """
        if not self._is_enabled:
            return False
        problem = self._send(model, designation, features, correlation_id, data)
        if problem is not None:
            self._capture.log(
                "Data of {} ({}) was not collected: {}".format(model, designation, problem)
            )
        return problem is None

    def _send(
        self,
        model: str,
        designation: str,
        features: Optional[Sequence[str]],
        correlation_id: str,
        data: Any,
    ) -> Optional[str]:
        try:
            rows = json.dumps(_with_words(rows_of(data)), allow_nan=False).encode()
        except Exception as error:
            return "only rows of numbers, texts and booleans are ({}).".format(error)
        if len(rows) > _MAX_ROWS_BYTES:
            return "it is {} bytes as JSON, and a call collects at most {}.".format(
                len(rows), _MAX_ROWS_BYTES
            )
        head = head_of(
            "collect",
            requestId=self._capture.request_id,
            model=model,
            designation=designation,
            features=list(map(str, features)) if features is not None else columns_of(data),
            correlationId=correlation_id or None,
        )
        if not self._channel.try_send(head, rows):
            return "only the process that the replica started can hand it over."
        return None


def rows_of(data: Any) -> List[List[Any]]:
    """The data as rows: a DataFrame, an array, a list of rows, or one row."""
    if hasattr(data, "columns") and hasattr(data, "values"):
        return plain_numpy(data.values.tolist())
    rows = plain_numpy(data)
    if not isinstance(rows, list):
        return [[rows]]
    if all(isinstance(row, list) for row in rows):
        return rows
    return [rows]


def _with_words(value: Any) -> Any:
    """What is not finite as the word that data frames read as it: JSON has no number for it."""
    if isinstance(value, (list, tuple)):
        return [_with_words(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def columns_of(data: Any) -> Optional[List[str]]:
    """The names of a DataFrame's columns; None if the data has none."""
    return [str(column) for column in data.columns] if hasattr(data, "columns") else None
