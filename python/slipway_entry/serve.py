"""One request after the other: frame in, `run`, frame out."""

from time import perf_counter
from typing import Any, Callable, Dict, Tuple

from slipway_entry.answers import (
    INTERNAL_ERROR,
    SCRIPT_FAILED,
    Answer,
    Encode,
    NoAnswer,
    answer_frame,
)
from slipway_entry.answers import encode_head, refusal
from slipway_entry.failures import traceback_of
from slipway_entry.forked import leave_if_forked
from slipway_entry.frames import Bytes, Channel
from slipway_entry.inputs import BadInput, MakeArguments
from slipway_entry.output_capture import NO_REQUEST, OutputCapture
from slipway_entry.swagger import SwaggerDocuments

ResponseFrame = Tuple[bytes, Bytes]


class Server:
    """Answers the frames of the replica until it hangs up."""

    def __init__(
        self,
        channel: Channel,
        capture: OutputCapture,
        run: Callable[..., Any],
        make_arguments: MakeArguments,
        encode: Encode,
        swagger: SwaggerDocuments,
    ) -> None:
        self._channel = channel
        self._capture = capture
        self._run = run
        self._make_arguments = make_arguments
        self._encode = encode
        self._swagger = swagger

    def serve(self) -> None:
        """Goes on until HungUp is raised."""
        while True:
            self._serve_one()

    def _serve_one(self) -> None:
        # What a request held is given back when it is over, not when the next one comes.
        head, body = self._channel.receive()
        if head["type"] == "swagger":
            answer = self._swagger.answer(head["version"])
            self._channel.send(encode_head(head["id"], answer), answer.body)
            return
        self._capture.request_id = head["requestId"]
        frame = self._answer(head, body)
        self._capture.flush()
        self._capture.request_id = NO_REQUEST
        self._channel.send(*frame)

    def _answer(self, head: Dict[str, Any], body: memoryview) -> ResponseFrame:
        try:
            return self._invoke(head, body)
        except BadInput as bad:
            return _frame(head, refusal(bad.status, str(bad)))
        except NoAnswer as refused:
            leave_if_forked(self._channel, "run")
            self._capture.log(str(refused))
            return _frame(head, INTERNAL_ERROR)
        except BaseException as error:
            leave_if_forked(self._channel, "run")
            self._capture.log("The request could not be answered:\n" + traceback_of(error))
            return _frame(head, INTERNAL_ERROR)

    def _invoke(self, head: Dict[str, Any], body: memoryview) -> ResponseFrame:
        arguments = self._make_arguments(head, body)
        started = perf_counter()
        try:
            result = self._run(**arguments)
        # Whoever calls sys.exit() in run() fails one request, not those that come after it.
        except BaseException as error:
            leave_if_forked(self._channel, "run")
            self._capture.log("run() raised an exception:\n" + traceback_of(error))
            return _frame(head, SCRIPT_FAILED)
        exec_ms = (perf_counter() - started) * 1000
        leave_if_forked(self._channel, "run")
        return answer_frame(head["id"], result, exec_ms, self._encode)


def _frame(head: Dict[str, Any], answer: Answer) -> ResponseFrame:
    return encode_head(head["id"], answer), answer.body
