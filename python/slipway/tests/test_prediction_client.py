"""The client beside a server that fails as it is told."""

import contextlib
import io
import pathlib
import tempfile
import threading
import types
import unittest
import unittest.mock
from concurrent import futures
from datetime import timedelta

import grpc
import numpy as np
from slipway.accel import PredictionClient, client_from_service, predict, tensor_proto, wire

from .certificate import CERTIFICATE, KEY, OTHER_CERTIFICATE

SCORES = np.array([[0.25, 0.75]], np.float32)


class Server:
    """Answers with all outputs, or with the statuses in `failures` first; keeps what it was sent."""

    def __init__(self, credentials=None, answer=None, **outputs):
        self.failures = []
        self.calls = []
        self.answer = answer
        self.outputs = outputs or {"output_alias": SCORES}
        self.server = grpc.server(futures.ThreadPoolExecutor(4))
        handler = grpc.unary_unary_rpc_method_handler(self.predict)
        service, method = predict.METHOD[1:].split("/")
        self.server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(service, {method: handler}),)
        )
        add = (
            self.server.add_insecure_port
            if credentials is None
            else self.add_secure_port(credentials)
        )
        self.port = add("127.0.0.1:0")

    def add_secure_port(self, credentials):
        return lambda address: self.server.add_secure_port(address, credentials)

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.stop(None).wait()

    def predict(self, request, context):
        fields = list(wire.fields(memoryview(request)))
        inputs = dict(wire.read_entry(value) for field, _, value in fields if field == 2)
        self.calls.append(
            types.SimpleNamespace(
                peer=context.peer(),
                metadata=dict(context.invocation_metadata()),
                seconds=context.time_remaining(),
                inputs={name: tensor_proto.to_array(tensor) for name, tensor in inputs.items()},
                outputs=[bytes(value).decode() for field, _, value in fields if field == 3],
            )
        )
        if self.answer is not None:
            self.answer(context)
        if self.failures:
            context.abort(self.failures.pop(0), "as it was told")
        items = self.outputs.items()
        return b"".join(
            wire.entry_field(1, name, tensor_proto.of_value(array)) for name, array in items
        )


def client_of(server, **options):
    return PredictionClient("127.0.0.1", server.port, **{"retry_delays": [0] * 4, **options})


class Calls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(pathlib.Path(folder.name) / "cat.jpg")
        pathlib.Path(self.path).write_bytes(b"\xff\xd8jpeg")

    def test_a_file_loses_its_batch_for_one_name_and_keeps_it_in_a_list(self):
        with Server() as server:
            client = client_of(server, access_token="secret", service_name="flow")
            one = client.score_file(
                path=self.path, input_name="Placeholder:0", outputs="output_alias"
            )
            listed = client.score_file(path=self.path, outputs=["output_alias"])
            alone = client.score_file(self.path, timeout=300.0)
            image = client.score_image(self.path)
        self.assertEqual(
            [array.shape for array in (one, listed[0], alone, image)], [(2,), (1, 2), (2,), (2,)]
        )
        self.assertEqual(one.tolist(), SCORES[0].tolist())
        first = server.calls[0]
        self.assertEqual(first.inputs["Placeholder:0"].tolist(), [b"\xff\xd8jpeg"])
        self.assertEqual(first.outputs, ["output_alias"])
        self.assertEqual(first.metadata["authorization"], "Bearer secret")
        self.assertEqual(first.metadata["x-ms-aml-grpc-service-route"], "/api/v1/service/flow")
        self.assert_seconds(first, 10)
        self.assert_seconds(server.calls[2], 300)
        self.assertEqual(list(server.calls[3].inputs), ["images"])

    def assert_seconds(self, call, timeout):
        """Some of the time is gone when the server sees the call; it rounds what is left."""
        self.assertTrue(timeout / 2 < call.seconds < timeout + 1, call.seconds)

    def test_arrays_and_tensors(self):
        with Server(y=SCORES, z=SCORES + 1) as server:
            client = client_of(server)
            both = client.score_numpy_arrays({"a": SCORES, "b": [1, 2]})
            chosen = client.score_numpy_arrays(input_map={"a": SCORES}, outputs=["z", "y"])
            tensor = client.score_tensors(
                {"a": (SCORES.tobytes(), [1, 2], 1)}, outputs="z", timeout=600.0
            )
        self.assertEqual(
            [array.tolist() for array in both], [SCORES.tolist(), (SCORES + 1).tolist()]
        )
        self.assertEqual(
            [array.tolist() for array in chosen], [(SCORES + 1).tolist(), SCORES.tolist()]
        )
        self.assertEqual(tensor.tolist(), (SCORES + 1).tolist())
        self.assertEqual(server.calls[0].inputs["b"].dtype, np.int32)
        self.assert_seconds(server.calls[0], 30)
        self.assert_seconds(server.calls[2], 600)
        self.assertEqual(server.calls[2].inputs["a"].tolist(), SCORES.tolist())
        self.assertNotIn("authorization", server.calls[0].metadata)

    def test_the_calls_of_the_preview(self):
        with Server() as server:
            client = client_of(server)
            array = client.score_numpy_array(SCORES)
            tensor = client.score_tensor(b"jpeg", [1], 7, timeout=3.0)
        self.assertEqual((array.shape, tensor.shape), ((1, 2), (1, 2)))
        self.assertEqual([list(call.inputs) for call in server.calls], [["images"], ["images"]])
        self.assertEqual(
            [call.outputs for call in server.calls], [["output_alias"], ["output_alias"]]
        )

    def test_threads_share_a_client(self):
        with Server() as server, futures.ThreadPoolExecutor(8) as threads:
            client = client_of(server)
            answers = list(threads.map(lambda _: client.score_numpy_array(SCORES), range(64)))
        self.assertEqual(len(answers), 64)
        self.assertEqual(len({call.peer for call in server.calls}), 1)


class Repeats(unittest.TestCase):
    def printed(self, call):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            call()
        return told.getvalue()

    def test_a_call_is_tried_five_times_on_new_connections(self):
        for code in (
            grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.UNAVAILABLE,
        ):
            with self.subTest(code), Server() as server:
                server.failures = [code] * 5
                client = client_of(server)

                def call():
                    with self.assertRaises(grpc.RpcError) as raised:
                        client.score_numpy_array(SCORES)
                    self.assertIs(raised.exception.code(), code)

                self.assertEqual(self.printed(call).count("Retrying "), 4)
                self.assertEqual(len({call.peer for call in server.calls}), 5)

    def test_a_call_that_succeeds_later_answers(self):
        with Server() as server:
            server.failures = [grpc.StatusCode.INTERNAL] * 4
            client = client_of(server)
            self.printed(lambda: self.assertEqual(client.score_numpy_array(SCORES).shape, (1, 2)))
            self.assertEqual(len(server.calls), 5)

    def test_what_the_caller_has_to_change_is_not_tried_again(self):
        with Server() as server:
            server.failures = [grpc.StatusCode.INVALID_ARGUMENT]
            with self.assertRaisesRegex(grpc.RpcError, "as it was told"):
                client_of(server).score_numpy_array(SCORES)
            self.assertEqual(len(server.calls), 1)

    def test_pauses(self):
        slept = []
        with Server() as server, unittest.mock.patch("time.sleep", slept.append):
            server.failures = [grpc.StatusCode.UNAVAILABLE] * 5
            client = PredictionClient("127.0.0.1", server.port)
            self.printed(lambda: self.assertRaises(grpc.RpcError, client.score_numpy_array, SCORES))
        self.assertEqual(slept, [1, 2, 4, 8])

    def test_a_deadline_is_of_each_attempt(self):
        released = threading.Event()
        with Server(answer=lambda _: released.wait(60)) as server:
            client = client_of(server, retry_delays=[0])

            def call():
                with self.assertRaises(grpc.RpcError) as raised:
                    client.score_tensor(b"jpeg", [1], 7, timeout=0.2)
                self.assertIs(raised.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

            self.assertEqual(self.printed(call).count("Retrying "), 1)
            released.set()

    def test_a_connection_is_new_when_nobody_used_it_for_too_long(self):
        with Server() as server:
            for timeout, connections in ((timedelta(hours=1), 1), (timedelta(seconds=-1), 2)):
                server.calls.clear()
                client = client_of(server, channel_shutdown_timeout=timeout)
                client.score_numpy_array(SCORES)
                client.score_numpy_array(SCORES)
                self.assertEqual(len({call.peer for call in server.calls}), connections)


class Addresses(unittest.TestCase):
    def test_no_address(self):
        with self.assertRaisesRegex(ValueError, "^address$"):
            PredictionClient(None)

    def test_tls(self):
        credentials = grpc.ssl_server_credentials([(KEY, CERTIFICATE)])
        with Server(credentials) as server:
            client = client_of(server, use_ssl=True, root_certificates=CERTIFICATE)
            self.assertEqual(client.score_numpy_array(SCORES).shape, (1, 2))
            other = client_of(
                server, use_ssl=True, root_certificates=OTHER_CERTIFICATE, retry_delays=()
            )
            with self.assertRaises(grpc.RpcError) as raised:
                other.score_numpy_array(SCORES)
            self.assertIs(raised.exception.code(), grpc.StatusCode.UNAVAILABLE)

    def test_a_client_of_a_service(self):
        with Server() as server:
            uri = f"http://127.0.0.1:{server.port}/api/v1/service/flow/score"
            for service, authorization in (
                ({"auth_enabled": True, "get_keys": lambda: ("first", "second")}, "Bearer first"),
                (
                    {
                        "auth_enabled": False,
                        "token_auth_enabled": True,
                        "get_token": lambda: ("token", None),
                    },
                    "Bearer token",
                ),
                ({"auth_enabled": False}, None),
            ):
                webservice = types.SimpleNamespace(scoring_uri=uri, name="flow", **service)
                client_from_service(webservice, retry_delays=()).score_numpy_array(SCORES)
                metadata = server.calls[-1].metadata
                self.assertEqual(metadata.get("authorization"), authorization)
                self.assertEqual(metadata["x-ms-aml-grpc-service-route"], "/api/v1/service/flow")
