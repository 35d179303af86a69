"""Certificates for localhost and 127.0.0.1: those of `packages/testkit/src/test-certificates.ts`."""

import pathlib
import re

_SOURCE = pathlib.Path(__file__).parents[3] / "packages/testkit/src/test-certificates.ts"
_PEMS = re.findall(r"-----BEGIN .*?-----END [A-Z ]+-----\n", _SOURCE.read_text(), re.DOTALL)

CERTIFICATE, KEY = (pem.encode() for pem in _PEMS[:2])
OTHER_CERTIFICATE = _PEMS[2].encode()
