"""Calls a replica or a gateway with Triton's stock HTTP client, unchanged.

    python http_clients.py HOST:PORT[/PATH] KEY

The service has the model `digits` (image FP32 [-1,784] -> probabilities FP32 [-1,10]), version 3, and the model `words`
(input BYTES [-1] -> output BYTES [-1]), version 1. Ends with 0 if the client saw what it would see of its own server,
and tells each check.
"""

import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

ADDRESS, KEY = sys.argv[1:]
IMAGES = np.random.default_rng(1).random((4, 784), dtype=np.float32)
WORDS = np.array(["", "Grüße", "数字", '"quoted"\n'], dtype=np.object_)


def headers():
    """New ones for each request: the client writes into what it is given."""
    return {"authorization": f"Bearer {KEY}"}


def image_input(images, binary=True):
    image = triton.InferInput("image", list(images.shape), "FP32")
    image.set_data_from_numpy(images, binary_data=binary)
    return image


def raises(status, text, call):
    """The client sees this status, with this text in it."""
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == str(status), error
        assert text in error.message(), error
    else:
        raise AssertionError(f"expected {status}")


def check_server(client):
    assert client.is_server_live(headers=headers())
    assert client.is_server_ready(headers=headers())
    assert client.is_model_ready("digits", headers=headers())
    assert client.is_model_ready("digits", "3", headers=headers())
    assert not client.is_model_ready("nothing", headers=headers())
    assert "binary_tensor_data" in client.get_server_metadata(headers=headers())["extensions"]
    metadata = client.get_model_metadata("digits", headers=headers())
    assert metadata["inputs"] == [{"name": "image", "datatype": "FP32", "shape": [-1, 784]}]
    assert client.get_model_config("digits", headers=headers())["backend"] == "onnxruntime"
    index = client.get_model_repository_index(headers=headers())
    names = {(model["name"], model["state"]) for model in index}
    assert names == {("digits", "READY"), ("words", "READY")}
    raises(403, "not allowed", lambda: client.load_model("digits", headers=headers()))


def check_infer(client):
    expected = client.infer("digits", [image_input(IMAGES)], headers=headers()).as_numpy("probabilities")
    assert expected.shape == (4, 10) and np.allclose(expected.sum(axis=1), 1, atol=1e-5)
    for binary_in in (True, False):
        for binary_out in (True, False):
            output = triton.InferRequestedOutput("probabilities", binary_data=binary_out)
            answer = client.infer(
                "digits",
                [image_input(IMAGES, binary_in)],
                outputs=[output],
                request_id="one",
                headers=headers(),
            )
            assert answer.get_response()["id"] == "one"
            assert answer.get_response()["model_version"] == "3"
            assert np.array_equal(answer.as_numpy("probabilities"), expected)
    for algorithm in ("gzip", "deflate"):
        packed = client.infer(
            "digits",
            [image_input(IMAGES)],
            headers=headers(),
            request_compression_algorithm=algorithm,
            response_compression_algorithm=algorithm,
        )
        assert np.array_equal(packed.as_numpy("probabilities"), expected)
    wish = triton.InferRequestedOutput("probabilities", class_count=2)
    classes = client.infer("digits", [image_input(IMAGES)], outputs=[wish], headers=headers())
    best = [int(row[0].split(b":")[1]) for row in classes.as_numpy("probabilities")]
    assert best == list(expected.argmax(axis=1))
    statistics = client.get_inference_statistics("digits", headers=headers())
    assert statistics["model_stats"][0]["inference_stats"]["success"]["count"] >= 4


def check_words(client):
    for binary in (True, False):
        words = triton.InferInput("input", list(WORDS.shape), "BYTES")
        words.set_data_from_numpy(WORDS, binary_data=binary)
        output = triton.InferRequestedOutput("output", binary_data=binary)
        answer = client.infer("words", [words], outputs=[output], headers=headers()).as_numpy("output")
        texts = [one.decode() if isinstance(one, bytes) else one for one in answer]
        assert texts == list(WORDS), texts


def check_many_at_once(client):
    expected = client.infer("digits", [image_input(IMAGES)], headers=headers()).as_numpy("probabilities")
    pending = [client.async_infer("digits", [image_input(IMAGES)], headers=headers()) for _ in range(50)]
    for one in pending:
        answer = one.get_result().as_numpy("probabilities")
        assert np.allclose(answer, expected, atol=1e-6)


def check_mistakes(client):
    def infer(model="digits", images=IMAGES, **options):
        options.setdefault("headers", headers())
        return lambda: client.infer(model, [image_input(images)], **options)

    raises(404, "Request for unknown model: 'nothing' is not found", infer("nothing"))
    raises(404, "version 9 is not found", infer(model_version="9"))
    raises(400, "unexpected shape for input 'image'", infer(images=IMAGES[:, :5]))
    raises(400, "sequence", infer(sequence_id=7, sequence_start=True))
    raises(401, "Authorization", infer(headers={}))


def main():
    client = triton.InferenceServerClient(ADDRESS, concurrency=8)
    for check in (check_server, check_infer, check_words, check_many_at_once, check_mistakes):
        check(client)
        print(f"ok {check.__name__}", flush=True)
    client.close()


main()
