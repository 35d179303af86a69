"""Calls a replica or a gateway with the stock gRPC clients, unchanged.

    python grpc_clients.py HOST:PORT KEY SERVICE

The service has the model `digits` (image FP32 [-1,784] -> probabilities FP32 [-1,10]), version 3. Ends with 0 if every
client saw what it would see of its own server, and tells each check.
"""

import queue
import sys
import types
from pathlib import Path

import grpc
import numpy as np
import tritonclient.grpc as triton
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from tritonclient.utils import InferenceServerException

# TensorFlow itself is not needed for its messages: the package is just the folder that holds them.
tensorflow = types.ModuleType("tensorflow")
tensorflow.__path__ = [str(Path(sys.prefix) / "messages" / "tensorflow")]
sys.modules["tensorflow"] = tensorflow

from tensorflow.core.framework import tensor_pb2, tensor_shape_pb2, types_pb2  # noqa: E402
from tensorflow_serving.apis import (  # noqa: E402
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

ADDRESS, KEY, SERVICE = sys.argv[1:]
HEADERS = {
    "authorization": f"Bearer {KEY}",
    "x-ms-aml-grpc-service-route": f"/api/v1/service/{SERVICE}",
}
METADATA = tuple(HEADERS.items())
IMAGES = np.random.default_rng(1).random((4, 784), dtype=np.float32)
TIMEOUT = 20


def triton_input(images, dtype="FP32"):
    image = triton.InferInput("image", list(images.shape), dtype)
    image.set_data_from_numpy(images)
    return image


def raises(code, text, call):
    """The client sees this status, with this text in it."""
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == f"StatusCode.{code}", error
        assert text in error.message(), error
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode[code], error
        assert text in error.details(), error
    else:
        raise AssertionError(f"expected {code}")


def check_triton_server(client):
    assert client.is_server_live(headers=HEADERS)
    assert client.is_server_ready(headers=HEADERS)
    assert client.is_model_ready("digits", headers=HEADERS)
    assert client.is_model_ready("digits", "3", headers=HEADERS)
    assert not client.is_model_ready("nothing", headers=HEADERS)
    assert client.get_server_metadata(headers=HEADERS).name == "slipway"
    metadata = client.get_model_metadata("digits", headers=HEADERS, as_json=True)
    assert metadata["inputs"] == [{"name": "image", "datatype": "FP32", "shape": ["-1", "784"]}]
    config = client.get_model_config("digits", headers=HEADERS).config
    assert config.output[0].name == "probabilities" and config.backend == "onnxruntime"
    index = client.get_model_repository_index(headers=HEADERS)
    assert [(model.name, model.state) for model in index.models] == [("digits", "READY")]
    raises("PERMISSION_DENIED", "not allowed", lambda: client.load_model("digits", headers=HEADERS))


def check_triton_infer(client):
    plain = client.infer("digits", [triton_input(IMAGES)], headers=HEADERS, request_id="one")
    expected = plain.as_numpy("probabilities")
    assert expected.shape == (4, 10) and np.allclose(expected.sum(axis=1), 1, atol=1e-5)
    assert plain.get_response().id == "one" and plain.get_response().model_version == "3"
    for algorithm in ("gzip", "deflate"):
        packed = client.infer(
            "digits", [triton_input(IMAGES)], headers=HEADERS, compression_algorithm=algorithm
        )
        assert np.array_equal(packed.as_numpy("probabilities"), expected)
    wish = triton.InferRequestedOutput("probabilities", class_count=2)
    classes = client.infer("digits", [triton_input(IMAGES)], outputs=[wish], headers=HEADERS)
    best = [int(row[0].split(b":")[1]) for row in classes.as_numpy("probabilities")]
    assert best == list(expected.argmax(axis=1))
    statistics = client.get_inference_statistics("digits", headers=HEADERS)
    assert statistics.model_stats[0].inference_stats.success.count >= 4


def check_triton_mistakes(client):
    def infer(model="digits", images=IMAGES, **options):
        return lambda: client.infer(model, [triton_input(images)], headers=HEADERS, **options)

    raises("NOT_FOUND", "Request for unknown model: 'nothing' is not found", infer("nothing"))
    raises("INVALID_ARGUMENT", "unexpected shape for input 'image'", infer(images=IMAGES[:, :5]))
    raises("INVALID_ARGUMENT", "sequence", infer(sequence_id=7, sequence_start=True))
    raises("UNAUTHENTICATED", "", lambda: client.infer("digits", [triton_input(IMAGES)]))


def check_triton_stream(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)), headers=HEADERS)
    for number in range(20):
        model = "nothing" if number == 7 else "digits"
        client.async_stream_infer(
            model,
            [triton_input(IMAGES)],
            request_id=str(number),
            enable_empty_final_response=number % 2 == 0,
        )
    for number in range(20):
        result, error = answers.get(timeout=TIMEOUT)
        if number == 7:
            assert "unknown model" in error.message(), error
        else:
            assert error is None and result.get_response().id == str(number), error
            assert result.get_response().parameters["triton_final_response"].bool_param
    client.stop_stream()


def tensor_proto(images, typed):
    shape = tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in images.shape]
    )
    values = {"float_val": images.ravel()} if typed else {"tensor_content": images.tobytes()}
    return tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, tensor_shape=shape, **values)


def predict_request(name="digits", key="image", typed=False, **spec):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    for field, value in spec.items():
        setattr(request.model_spec, field, value)
    request.inputs[key].CopyFrom(tensor_proto(IMAGES, typed))
    return request


def check_tensorflow_serving(channel):
    prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    options = {"timeout": TIMEOUT, "metadata": METADATA}
    expected = None
    for key, output in (("image", "probabilities"), ("image:0", "probabilities:0")):
        for typed in (True, False):
            answer = prediction.Predict(predict_request(key=key, typed=typed), **options)
            assert (answer.model_spec.name, answer.model_spec.version.value) == ("digits", 3)
            values = np.array(answer.outputs[output].float_val, dtype=np.float32)
            assert values.shape == (40,) and not answer.outputs[output].tensor_content
            expected = values if expected is None else expected
            assert np.array_equal(values, expected)
    packed = prediction.Predict(predict_request(), compression=grpc.Compression.Gzip, **options)
    assert np.array_equal(np.float32(packed.outputs["probabilities"].float_val), expected)
    signature = predict_request(signature_name="nothing")
    raises(
        "FAILED_PRECONDITION",
        'Serving signature key "nothing" not found.',
        lambda: prediction.Predict(signature, **options),
    )
    raises(
        "INVALID_ARGUMENT",
        "input tensor alias not found in signature: pixels",
        lambda: prediction.Predict(predict_request(key="pixels"), **options),
    )
    raises(
        "INVALID_ARGUMENT",
        "",
        lambda: prediction.Regress(regression_pb2.RegressionRequest(), **options),
    )
    raises(
        "UNAUTHENTICATED",
        "",
        lambda: prediction.Predict(predict_request(), timeout=TIMEOUT, metadata=METADATA[1:]),
    )
    metadata = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    metadata.model_spec.name = "digits"
    described = get_model_metadata_pb2.SignatureDefMap()
    assert prediction.GetModelMetadata(metadata, **options).metadata["signature_def"].Unpack(described)
    assert described.signature_def["serving_default"].inputs["image"].dtype == types_pb2.DT_FLOAT
    models = model_service_pb2_grpc.ModelServiceStub(channel)
    asked = get_model_status_pb2.GetModelStatusRequest()
    asked.model_spec.name = "digits"
    for label in ("", "nothing"):
        if label:
            asked.model_spec.version_label = label
        versions = models.GetModelStatus(asked, **options).model_version_status
        assert [(one.version, one.state) for one in versions] == [(3, 30)]


def check_health(channel):
    health = health_pb2_grpc.HealthStub(channel)
    serving = health_pb2.HealthCheckResponse.SERVING
    asked = health_pb2.HealthCheckRequest(service="inference.GRPCInferenceService")
    assert health.Check(asked, timeout=TIMEOUT, metadata=METADATA[1:]).status == serving
    watched = health.Watch(asked, timeout=TIMEOUT, metadata=METADATA[1:])
    assert next(watched).status == serving
    watched.cancel()


def check_reflection(channel):
    """What grpcurl does: lists services, finds a method, makes its messages, and calls it."""
    database = ProtoReflectionDescriptorDatabase(channel)
    assert {
        "grpc.health.v1.Health",
        "inference.GRPCInferenceService",
        "tensorflow.serving.PredictionService",
        "tensorflow.serving.ModelService",
    } <= set(database.get_services())
    pool = descriptor_pool.DescriptorPool(database)
    service = pool.FindServiceByName("inference.GRPCInferenceService")
    method = service.FindMethodByName("ModelMetadata")
    request, response = map(
        message_factory.GetMessageClass, (method.input_type, method.output_type)
    )
    call = channel.unary_unary(
        f"/{service.full_name}/{method.name}", request.SerializeToString, response.FromString
    )
    assert call(request(name="digits"), timeout=TIMEOUT, metadata=METADATA).outputs[0].shape[1] == 10
    predict = pool.FindMessageTypeByName("tensorflow.serving.PredictRequest")
    assert predict.fields_by_name["inputs"].number == 2


def main():
    checks = [
        (check, client)
        for client in (triton.InferenceServerClient(ADDRESS),)
        for check in (
            check_triton_server,
            check_triton_infer,
            check_triton_mistakes,
            check_triton_stream,
        )
    ]
    channel = grpc.insecure_channel(ADDRESS)
    checks += [(check, channel) for check in (check_tensorflow_serving, check_health, check_reflection)]
    for check, subject in checks:
        check(subject)
        print(f"ok {check.__name__}", flush=True)


main()
