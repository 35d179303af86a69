"""The replica's side of the seam: starts a worker on a script, and talks to it in frames."""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import unittest
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

PYTHON_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STAND_INS = os.path.join(PYTHON_FOLDER, "slipway_azureml")

#: Nothing here takes this long unless it hangs.
_TIMEOUT_SECONDS = 30

_LENGTHS = struct.Struct(">II")


class Received(NamedTuple):
    head: Dict[str, Any]
    body: bytes

    @property
    def headers(self) -> Dict[str, str]:
        return {name: value for name, value in self.head["headers"]}

    @property
    def message(self) -> str:
        return json.loads(self.body)["message"]


def frame(head: Dict[str, Any], body: bytes = b"") -> bytes:
    encoded = json.dumps(head).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def request_head(number: int, **fields: Any) -> Dict[str, Any]:
    common = {
        "type": "request",
        "method": "POST",
        "path": "/score",
        "query": "",
        "headers": (),
        "requestId": "the-request",
    }
    return {**common, "id": number, **fields}


class Worker:
    """One worker process, in a process group of its own."""

    def __init__(
        self, script: str, environment: Dict[str, str], python_path: Tuple[str, ...]
    ) -> None:
        self.app_root = tempfile.mkdtemp(prefix="slipway-entry-")
        with open(os.path.join(self.app_root, "score.py"), "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(script))
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_TIMEOUT_SECONDS)
        self.logs: List[Received] = []
        self.collected: List[Received] = []
        self._output = tempfile.TemporaryFile()
        self._next_id = 0
        self.process = self._start(theirs, environment, python_path)

    def _start(
        self, theirs: socket.socket, environment: Dict[str, str], python_path: Tuple[str, ...]
    ) -> subprocess.Popen:
        whole = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((PYTHON_FOLDER,) + python_path),
            "AML_APP_ROOT": self.app_root,
            "AZUREML_ENTRY_SCRIPT": "score.py",
            **environment,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "slipway_entry"],
            env=whole,
            cwd=whole["AML_APP_ROOT"],
            # As the replica does it: the socket is descriptor 3, and no other is passed on.
            close_fds=False,
            preexec_fn=lambda: os.dup2(theirs.fileno(), 3),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        theirs.close()
        return process

    def send(self, head: Dict[str, Any], body: bytes = b"") -> None:
        self.send_bytes(frame(head, body))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> Optional[Received]:
        """The next frame that is neither log nor collected data; None at the end."""
        while True:
            lengths = self._exactly(_LENGTHS.size)
            if lengths is None:
                return None
            head_bytes, body_bytes = _LENGTHS.unpack(lengths)
            frame = Received(
                json.loads(self._exactly(head_bytes) or b""), self._exactly(body_bytes) or b""
            )
            if frame.head["type"] == "log":
                self.logs.append(frame)
            elif frame.head["type"] == "collect":
                self.collected.append(frame)
            else:
                return frame

    def _exactly(self, count: int) -> Optional[bytes]:
        data = bytearray()
        while len(data) < count:
            try:
                piece = self._socket.recv(count - len(data))
            except ConnectionResetError:
                piece = b""
            if piece == b"":
                return None
            data += piece
        return bytes(data)

    def request(
        self,
        body: bytes = b"",
        method: str = "POST",
        headers: Tuple[Tuple[str, str], ...] = (("Content-Type", "application/json"),),
        query: str = "",
        request_id: str = "the-request",
    ) -> Optional[Received]:
        """Sends a request and returns its answer; None if the worker ended instead."""
        self._next_id += 1
        head = request_head(
            self._next_id, method=method, headers=headers, query=query, requestId=request_id
        )
        self.send(head, body)
        answer = self.receive()
        if answer is not None:
            assert answer.head["id"] == self._next_id, answer
        return answer

    def ask_swagger(self, version: str) -> Received:
        self._next_id += 1
        self.send({"type": "swagger", "id": self._next_id, "version": version})
        answer = self.receive()
        assert answer is not None and answer.head["id"] == self._next_id
        return answer

    def log_text(self, stream: Optional[str] = None) -> str:
        return b"".join(
            log.body for log in self.logs if stream in (None, log.head["stream"])
        ).decode()

    def descriptor_text(self) -> str:
        """What went to the descriptors 1 and 2, past the frames."""
        self._output.seek(0)
        return self._output.read().decode()

    def hang_up(self) -> None:
        self._socket.close()

    def wait(self) -> int:
        return self.process.wait(_TIMEOUT_SECONDS)

    def end(self) -> None:
        self._socket.close()
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait(_TIMEOUT_SECONDS)
        self._output.close()
        shutil.rmtree(self.app_root)


class WorkerTest(unittest.TestCase):
    """A test that starts workers; none outlives it."""

    maxDiff = None

    #: Folders that stand on the module path before the installed packages.
    python_path: Tuple[str, ...] = ()

    def start(self, script: str, **environment: str) -> Worker:
        """Starts a worker on a script."""
        worker = Worker(script, environment, self.python_path)
        self.addCleanup(worker.end)
        return worker

    def serve(self, script: str, **environment: str) -> Worker:
        """Starts a worker and waits until it is ready."""
        worker = self.start(script, **environment)
        ready = worker.receive()
        assert ready is not None, worker.descriptor_text()
        self.assertEqual(ready.head["type"], "ready", (ready, worker.log_text()))
        self.ready = ready
        return worker

    def fail_to_start(self, script: str, **environment: str) -> Tuple[Worker, Received]:
        """Starts a worker that must say why it cannot be served, and exit with status 3."""
        worker = self.start(script, **environment)
        failed = worker.receive()
        assert failed is not None, worker.descriptor_text()
        self.assertEqual(failed.head["type"], "failed", failed)
        self.assertEqual(worker.wait(), 3)
        return worker, failed
