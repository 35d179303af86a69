"""
The request that a `run` decorated with `@rawhttp` gets: of Flask where the script's packages
brought it, else ours.
"""

import io
import sys
from typing import Any, Dict

from slipway_entry.aml_request import AMLRequest


def raw_request(head: Dict[str, Any], body: bytes) -> Any:
    """
    The whole request. The real AMLRequest is a request of Flask, so whoever has Flask gets all of
    it.
    """
    flask = sys.modules.get("flask")
    if flask is not None and hasattr(flask, "Request"):
        return flask.Request(_wsgi_environment(head, body))
    return AMLRequest(head["method"], head["path"], head["query"], head["headers"], body)


def _wsgi_environment(head: Dict[str, Any], body: bytes) -> Dict[str, Any]:
    environment = {
        "REQUEST_METHOD": head["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": head["path"],
        "QUERY_STRING": head["query"],
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in head["headers"]:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH", "TRANSFER_ENCODING"):
            key = "HTTP_" + key
        environment[key] = "{},{}".format(environment[key], value) if key in environment else value
    environment.pop("TRANSFER_ENCODING", None)
    environment["CONTENT_LENGTH"] = str(len(body))
    return environment
