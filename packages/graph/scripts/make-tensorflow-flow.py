"""Makes fixtures/tensorflow-flow: models of TensorFlow that take encoded images, ten images, and what TensorFlow answers.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0 keras pillow scikit-image==0.26.0
    venv/bin/python packages/graph/scripts/make-tensorflow-flow.py

    npx biome format --write packages/graph/fixtures/tensorflow-flow

The tests read the files, so that they need no TensorFlow. The photos are of scikit-image: an astronaut and a rocket
(NASA, public domain), a cat and a cup (CC0).
"""

import base64
import importlib.util
import json
import os
import pathlib
import shutil

import numpy as np
import tensorflow as tf
from PIL import Image

v1 = tf.compat.v1
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "tensorflow-flow"
PHOTOS = pathlib.Path(importlib.util.find_spec("skimage").origin).parent / "data"
MEANS = (123.68, 116.779, 103.939)
SHORTER_SIDE = 256
# Every so many pixels of what the network takes are kept to compare with.
STRIDE = 20
RANDOM = np.random.default_rng(5)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "images").mkdir(parents=True)
    os.chdir(FOLDER)
    images = write_images()
    answers = {}
    for make in (flow, boxes, inception, slim, levels, exact, two_point_x, keras_layers):
        answers.update(make(images))
    for unneeded in FOLDER.rglob("fingerprint.pb"):
        unneeded.unlink()
    for unneeded in FOLDER.rglob("checkpoint"):
        unneeded.write_text('model_checkpoint_path: "model"\n')
    pathlib.Path("answers.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")


# ---------------------------------------------------------------------------------------------------- images


def write_images():
    """Ten images by name, of both kinds that TensorFlow's decoders share with ours, whose sides truncate differently."""
    cat, cup, astronaut = (Image.open(PHOTOS / f"{name}.png").convert("RGB") for name in ("chelsea", "coffee", "astronaut"))
    rocket = Image.open(PHOTOS / "rocket.jpg").convert("RGB")
    save("landscape.jpg", cat.resize((300, 200)), quality=85)
    save("portrait.jpg", astronaut.crop((100, 0, 300, 330)), quality=80)
    save("full-colour.jpg", cup.resize((210, 141)), quality=92, subsampling=0)
    save("progressive.jpg", rocket.resize((401, 263)), quality=85, progressive=True)
    save("grey.jpg", cat.convert("L").resize((150, 259)), quality=85)
    # In single precision 256 / 94 * 94 is less than 256, and so it is of 189.
    save("enlarged.png", cat.resize((131, 94)))
    save("palette.png", astronaut.resize((189, 189)).quantize(32))
    save("alpha.png", with_alpha(cup.resize((57, 83))))
    save("grey.png", rocket.convert("L").resize((201, 150)))
    save("elongated.png", ramp(523, 41))
    names = sorted(path.name for path in pathlib.Path("images").iterdir())
    return {name: (pathlib.Path("images") / name).read_bytes() for name in names}


def save(name, image, **options):
    image.save(pathlib.Path("images") / name, **options)


def with_alpha(image):
    image = image.copy()
    image.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, image.width).astype(np.uint8), (image.height, 1))))
    return image


def ramp(width, height):
    across, down = np.linspace(0, 255, width), np.linspace(0, 255, height)
    planes = [np.tile(across, (height, 1)), np.tile(down[:, None], (1, width)), np.add.outer(down, across) / 2]
    return Image.fromarray(np.stack(planes, -1).astype(np.uint8))


# ---------------------------------------------------------------------------------------------------- networks


def preprocess_array(
    images, order="RGB", scaling_factor=1.0, output_height=224, output_width=224, preserve_aspect_ratio=True
):
    """What the FPGA flow calls `preprocess_array`, as its reference describes it."""

    def preprocess(encoded):
        image = tf.cast(tf.image.decode_png(encoded, channels=3), tf.float32)
        if preserve_aspect_ratio:
            image = crop(scaled(image), min(output_height, SHORTER_SIDE))
        else:
            image = resize(image, [output_height, output_width])
        red, green, blue = (channel - mean for channel, mean in zip(tf.split(image, 3, axis=2), MEANS))
        channels = [red, green, blue] if order == "RGB" else [blue, green, red]
        return tf.concat(channels, axis=2) * scaling_factor

    return tf.map_fn(preprocess, images, dtype=tf.float32, name="map_normalize_jpeg")


def resize(image, size):
    return tf.squeeze(v1.image.resize_bilinear(tf.expand_dims(image, 0), size, align_corners=False), [0])


def scaled(image, whole=lambda side: tf.cast(side, tf.int32)):
    shape = tf.shape(image)
    height, width = tf.cast(shape[0], tf.float32), tf.cast(shape[1], tf.float32)
    side = tf.constant(float(SHORTER_SIDE))
    factor = tf.cond(tf.greater(height, width), lambda: side / width, lambda: side / height)
    return resize(image, tf.stack([whole(height * factor), whole(width * factor)]))


def crop(image, size):
    shape = tf.shape(image)
    large = tf.logical_and(tf.greater_equal(shape[0], size), tf.greater_equal(shape[1], size))
    with tf.control_dependencies([v1.Assert(large, ["The image is smaller than the crop.", shape])]):
        offsets = tf.cast(tf.stack([(shape[0] - size) / 2, (shape[1] - size) / 2, 0]), tf.int32)
        image = tf.slice(image, offsets, tf.stack([size, size, shape[2]]))
    return tf.reshape(image, [size, size, 3])


def network(pixels, prefix="classifier"):
    """A featurizer and a classifier with the names of the flow's; small, but as deep in kinds of layers."""
    with v1.variable_scope("resnet_v1_50"):
        kernel = v1.get_variable("conv1/weights", initializer=floats(7, 7, 3, 4) * 0.002)
        x = tf.nn.conv2d(pixels, kernel, [1, 8, 8, 1], "SAME")
        bias = v1.get_variable("conv1/biases", initializer=floats(4))
        x = tf.nn.relu(x + bias)
        x = tf.reduce_mean(x, [1, 2], keepdims=True, name="features")
    weights = v1.get_variable(f"{prefix}/weights", initializer=floats(4, 10))
    with tf.name_scope(f"{prefix}/resnet_v1_50"):
        logits = tf.matmul(tf.squeeze(x, [1, 2]), weights)
        return tf.nn.softmax(logits, name="predictions/Softmax")


def floats(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


# ---------------------------------------------------------------------------------------------------- models


def flow(images):
    """The FPGA flow's graph in every format, with loops and conditions as TensorFlow 1 wrote them."""
    v1.disable_control_flow_v2()
    v1.disable_resource_variables()
    with tf.Graph().as_default() as graph, v1.Session() as session:
        encoded = v1.placeholder(tf.string, [None])
        pixels = preprocess_array(encoded)
        scores = network(pixels)
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, "flow-saved-model", {"images": encoded}, {"output_alias": scores})
        os.mkdir("flow-checkpoint")
        v1.train.Saver().save(session, "flow-checkpoint/model")
        write_frozen("flow.pb", session, scores)
        return {"flow": answer(session, images, encoded, pixels, scores)}


def boxes(images):
    """As the flow has it for SSD-VGG and for networks that were trained on BGR: resized straight, and scaled."""
    with tf.Graph().as_default(), v1.Session() as session:
        encoded = v1.placeholder(tf.string, [None], "images")
        pixels = preprocess_array(encoded, "BGR", 0.017, 150, 200, False)
        scores = network(pixels)
        session.run(v1.global_variables_initializer())
        write_frozen("boxes.pb", session, scores)
        return {"boxes": answer(session, images, encoded, pixels, scores)}


def inception(images):
    """One image without a loop, as TensorFlow's first image labeller had it, but with the exact way to decode JPEG."""
    with tf.Graph().as_default(), v1.Session() as session:
        encoded = v1.placeholder(tf.string, [], "contents")
        image = tf.image.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")
        image = tf.expand_dims(tf.image.convert_image_dtype(image, tf.float32), 0)
        pixels = v1.image.resize_bilinear(image, [160, 160], align_corners=False)
        scores = network((pixels - 0.5) * 2.0)
        session.run(v1.global_variables_initializer())
        write_frozen("inception.pb", session, scores)
        return {"inception": answer(session, images, encoded, pixels, scores)}


def slim(images):
    """Sides rounded to the nearest, nearest pixels, and channels that are taken apart by their number."""
    with tf.Graph().as_default(), v1.Session() as session:
        encoded = v1.placeholder(tf.string, [None], "images")

        def preprocess(one):
            image = tf.image.decode_image(one, channels=3, expand_animations=False)
            shape = tf.shape(image)
            height, width = tf.cast(shape[0], tf.float32), tf.cast(shape[1], tf.float32)
            factor = 120.0 / tf.minimum(height, width)
            size = tf.cast(tf.stack([tf.math.rint(height * factor), tf.math.rint(width * factor)]), tf.int32)
            image = v1.image.resize_nearest_neighbor(tf.expand_dims(image, 0), size)[0]
            shape = tf.shape(image)
            image = tf.image.crop_to_bounding_box(image, (shape[0] - 96) // 2, (shape[1] - 112) // 2, 96, 112)
            image = tf.cast(image, tf.float32)
            return tf.stack([(image[..., 2] - 103.0) / 57.0, (image[..., 1] - 116.0) / 57.1, (image[..., 0] - 123.0) / 58.0])

        planes = tf.map_fn(preprocess, encoded, dtype=tf.float32)
        scores = network(tf.transpose(planes, [0, 2, 3, 1]))
        session.run(v1.global_variables_initializer())
        write_frozen("slim.pb", session, scores)
        return {"slim": answer(session, images, encoded, planes, scores)}


def levels(images):
    """Levels as they are, by the nearest pixels of TensorFlow 2; the network makes floats of them."""
    with tf.Graph().as_default(), v1.Session() as session:
        encoded = v1.placeholder(tf.string, [None], "images")

        def preprocess(one):
            return tf.image.resize(tf.io.decode_jpeg(one, channels=3), [113, 145], method="nearest")[:, :, ::-1]

        pixels = tf.map_fn(preprocess, encoded, dtype=tf.uint8)
        scores = network(tf.cast(pixels, tf.float32) / 255.0)
        session.run(v1.global_variables_initializer())
        write_frozen("levels.pb", session, scores)
        return {"levels": answer(session, images, encoded, pixels, scores)}


def exact(images):
    """Sides as on paper, the centre by slices, and levels from -1 to 1 by steps in another order."""
    with tf.Graph().as_default(), v1.Session() as session:
        encoded = v1.placeholder(tf.string, [None], "images")

        def preprocess(one):
            image = tf.io.decode_jpeg(one, channels=3)
            shape = tf.shape(image)
            size = tf.cast(shape[:2] * 200 / tf.reduce_min(shape[:2]), tf.int32)
            image = tf.image.resize(image, size)
            top, left = (size[0] - 160) // 2, (size[1] - 176) // 2
            image = image[top : top + 160, left : left + 176]
            return 2.0 * (tf.reverse(image, [2]) / 255.0 - [0.5, 0.25, 0.5])

        pixels = tf.map_fn(preprocess, encoded, dtype=tf.float32)
        scores = network(pixels)
        session.run(v1.global_variables_initializer())
        write_frozen("exact.pb", session, scores)
        return {"exact": answer(session, images, encoded, pixels, scores)}


def two_point_x(images):
    """Loops and conditions as TensorFlow 2 writes them, and as it writes them into a frozen graph."""
    v1.enable_control_flow_v2()
    v1.enable_resource_variables()

    class Served(tf.Module):
        def __init__(self):
            self.kernel = tf.Variable(floats(7, 7, 3, 4) * 0.002)
            self.weights = tf.Variable(floats(4, 10))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])
        def score(self, images):
            pixels = preprocess_array(images)
            x = tf.nn.relu(tf.nn.conv2d(pixels, self.kernel, 8, "SAME"))
            scores = tf.nn.softmax(tf.reduce_mean(x, [1, 2]) @ self.weights)
            return {"pixels": pixels, "scores": scores}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])
        def serve(self, images):
            return {"scores": self.score(images)["scores"]}

    served = Served()
    tf.saved_model.save(served, "flow-2-saved-model", {"serving_default": served.serve})
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(served.serve.get_concrete_function())
    write("flow-2.pb", frozen.graph.as_graph_def())
    return {"flow-2": each(images, lambda one: [value.numpy() for value in served.score(tf.constant([one])).values()])}


def keras_layers(images):
    """Layers of Keras: Resizing for each image, Rescaling and the network for all of them."""
    import keras

    keras.utils.set_random_seed(1)
    resizing = keras.layers.Resizing(96, 128)
    layers = [keras.layers.Input([96, 128, 3]), keras.layers.Rescaling(1 / 127.5, offset=-1)]
    layers += [keras.layers.Conv2D(4, 7, strides=8, activation="relu"), keras.layers.GlobalAveragePooling2D()]
    model = keras.Sequential([*layers, keras.layers.Dense(10)])

    def resized(encoded):
        return resizing(tf.cast(tf.io.decode_image(encoded, channels=3, expand_animations=False), tf.float32))

    def pixels_of(encoded):
        return tf.map_fn(resized, encoded, fn_output_signature=tf.TensorSpec([96, 128, 3], tf.float32))

    archive = keras.export.ExportArchive()
    archive.track(model)
    signature = [tf.TensorSpec([None], tf.string, "images")]
    archive.add_endpoint("serve", lambda encoded: model(pixels_of(encoded)), signature)
    archive.write_out("keras-layers", verbose=False)

    def run(one):
        pixels = pixels_of(tf.constant([one]))
        return pixels.numpy(), model(pixels).numpy()

    return {"keras-layers": each(images, run)}


# ---------------------------------------------------------------------------------------------------- files


def write_frozen(path, session, output):
    definition = v1.graph_util.convert_variables_to_constants(session, session.graph_def, [output.op.name])
    write(path, definition)


def write(path, definition):
    pathlib.Path(path).write_bytes(definition.SerializeToString(deterministic=True))


def answer(session, images, encoded, pixels, scores):
    feed = (lambda one: one) if encoded.shape.rank == 0 else (lambda one: [one])
    return each(images, lambda one: session.run([pixels, scores], {encoded: feed(one)}))


def each(images, run):
    """Of each image a grid of what the network takes, its mean, and what the network answers."""
    given = {}
    for name, encoded in images.items():
        pixels, scores = run(encoded)
        channels_last = pixels if pixels.shape[-1] == 3 else pixels.transpose(0, 2, 3, 1)
        grid = np.ascontiguousarray(channels_last[0, ::STRIDE, ::STRIDE])
        given[name] = {"grid": base64_of(grid), "mean": float(pixels.mean(dtype=np.float64)), "scores": base64_of(scores[0])}
    return given


def base64_of(values):
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


if __name__ == "__main__":
    main()
