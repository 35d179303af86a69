"""The client of one accelerated model."""

import time
import typing
from datetime import timedelta

import grpc
import numpy as np

from . import data_types, predict, tensor_proto
from .connection import Connection
from .predict import Outputs

# Seconds before the second and each further attempt.
_RETRY_DELAYS = (1, 2, 4, 8)

# Seconds that one attempt may take: of a file or tensors, and of arrays.
_TIMEOUT = 10.0
_ARRAYS_TIMEOUT = 30.0

# The names that a model of one input of images and one output has for every client.
_IMAGES = "images"
_OUTPUT_ALIAS = "output_alias"

# What a service takes at most, it also gives.
_MAX_ANSWER_BYTES = 100_000_000

Answer = typing.Union[np.ndarray, typing.List[np.ndarray]]


class PredictionClient:
    """Scores images, arrays and tensors over gRPC. Keep it: its connection is used again, from any thread.

    A call is tried five times, 1, 2, 4 and 8 seconds apart and each on a new connection, whatever went wrong, unless
    its caller has to change it (INVALID_ARGUMENT). Then it raises `grpc.RpcError`. An answer that cannot be read raises
    ValueError, one without an output that is wanted KeyError.

    Where `outputs` is one name, an array is returned, for a list of names a list of arrays; without names the only
    output as an array, or a list of all.
    """

    def __init__(
        self,
        address: str,
        port: typing.Optional[int] = None,
        use_ssl: bool = False,
        access_token: str = "",
        service_name: str = "",
        channel_shutdown_timeout: timedelta = timedelta(minutes=2),
        *,
        root_certificates: typing.Optional[bytes] = None,
        retry_delays: typing.Sequence[float] = _RETRY_DELAYS,
    ) -> None:
        """Connects with the first call, to port 443 with TLS or else 80 if `port` is None.

        `access_token` is a key or token. `service_name` names the service behind a gateway. After
        `channel_shutdown_timeout` without a call the next one connects again. `root_certificates` are trusted in place
        of the system's, in PEM; the variable GRPC_DEFAULT_SSL_ROOTS_FILE_PATH may name a file of them. A call is tried
        once more than `retry_delays` has seconds.
        """
        if address is None:
            raise ValueError("address")
        if port is None:
            port = 443 if use_ssl else 80
        host = f"[{address}]" if ":" in address and not address.startswith("[") else address
        connect = _connect_with(f"{host}:{port}", use_ssl, root_certificates)
        self._connection = Connection(connect, channel_shutdown_timeout.total_seconds())
        self._metadata = _metadata(access_token, service_name)
        self._retry_delays = tuple(retry_delays)

    def score_file(
        self,
        path: str,
        input_name: str = _IMAGES,
        outputs: Outputs = None,
        timeout: float = _TIMEOUT,
    ) -> Answer:
        """Sends a file as it is, such as a JPEG. `timeout`: seconds of each attempt.

        One array comes without the axis of the batch, those of a list with it.
        """
        with open(path, "rb") as file:
            data = file.read()
        answer = self.score_tensors(
            {input_name: (data, [1], data_types.DT_STRING)}, outputs, timeout
        )
        return answer if isinstance(answer, list) or not answer.ndim else answer[0]

    def score_image(self, path: str, timeout: float = _TIMEOUT) -> np.ndarray:
        """Sends a file to the input `images`, and returns `output_alias` without the axis of the batch."""
        return self.score_file(path, _IMAGES, _OUTPUT_ALIAS, timeout)

    def score_numpy_arrays(
        self, input_map: typing.Mapping[str, typing.Any], outputs: Outputs = None
    ) -> Answer:
        """Sends arrays by the names of their inputs. Each attempt may take 30 seconds."""
        inputs = {name: tensor_proto.of_value(value) for name, value in input_map.items()}
        return self._predict(inputs, outputs, _ARRAYS_TIMEOUT)

    def score_numpy_array(self, npdata: typing.Any) -> np.ndarray:
        """Sends an array to the input `images`, and returns `output_alias`."""
        return self.score_numpy_arrays({_IMAGES: npdata}, _OUTPUT_ALIAS)

    def score_tensors(
        self,
        input_map: typing.Mapping[str, typing.Tuple[bytes, typing.Sequence[int], int]],
        outputs: Outputs = None,
        timeout: float = _TIMEOUT,
    ) -> Answer:
        """Sends tensors by the names of their inputs, each as bytes, shape, and TensorFlow's number of the data type.

        The bytes of DT_STRING are one element; those of other types are all elements, little endian.
        """
        inputs = {name: tensor_proto.of_bytes(*tensor) for name, tensor in input_map.items()}
        return self._predict(inputs, outputs, timeout)

    def score_tensor(
        self, data: bytes, shape: typing.Sequence[int], datatype: int, timeout: float = _TIMEOUT
    ) -> np.ndarray:
        """Sends one tensor to the input `images`, and returns `output_alias`."""
        return self.score_tensors({_IMAGES: (data, shape, datatype)}, _OUTPUT_ALIAS, timeout)

    def _predict(
        self, inputs: typing.Mapping[str, bytes], outputs: Outputs, timeout: float
    ) -> Answer:
        request = predict.request(inputs, outputs)
        for delay in self._retry_delays:
            try:
                return predict.arrays(self._call(request, timeout), outputs)
            except grpc.RpcError as error:
                if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
                    raise
                time.sleep(delay)
                print("Retrying", error)
                self._connection.renew()
        return predict.arrays(self._call(request, timeout), outputs)

    def _call(self, request: bytes, timeout: float) -> bytes:
        with self._connection.use() as channel:
            # Without serializers messages are bytes.
            return channel.unary_unary(predict.METHOD)(request, timeout, self._metadata)


def _connect_with(
    target: str, use_ssl: bool, root_certificates: typing.Optional[bytes]
) -> typing.Callable[[], grpc.Channel]:
    options = [
        ("grpc.max_receive_message_length", _MAX_ANSWER_BYTES),
        # Else a new channel takes over the connection of an old one.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if not use_ssl:
        return lambda: grpc.insecure_channel(target, options)
    return lambda: grpc.secure_channel(
        target, grpc.ssl_channel_credentials(root_certificates), options
    )


def _metadata(access_token: str, service_name: str) -> typing.Tuple[typing.Tuple[str, str], ...]:
    authorization = (("authorization", f"Bearer {access_token}"),) if access_token else ()
    route = (
        (("x-ms-aml-grpc-service-route", f"/api/v1/service/{service_name}"),)
        if service_name
        else ()
    )
    return authorization + route
