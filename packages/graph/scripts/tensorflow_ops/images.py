import numpy as np
import tensorflow as tf

from .cases import case, floats, ints, refused

raw = tf.raw_ops


def volumes():
    x = floats(1, 5, 6, 4, 2)
    sizes = {"known": (None, 5, 6, 4, 2), "unknown": (None, None, None, None, 2)}
    kernel = floats(2, 3, 2, 2, 3)
    for known, shape in sizes.items():
        for padding in ["SAME", "VALID"]:
            for stride in [[1, 1, 1], [2, 1, 3]]:
                strides = [1, *stride, 1]
                title = f"{padding}, strides {stride}, {known} sizes"
                case(
                    f"Conv3D, {title}",
                    [x],
                    lambda t: raw.Conv3D(input=t, filter=kernel, strides=strides, padding=padding),
                    [shape],
                )
                for name in ["MaxPool3D", "AvgPool3D"]:
                    case(
                        f"{name}, {title}",
                        [x],
                        lambda t: getattr(raw, name)(input=t, ksize=[1, 2, 3, 2, 1], strides=strides, padding=padding),
                        [shape],
                    )
    case(
        "Conv3D, dilations",
        [x],
        lambda t: tf.nn.conv3d(t, floats(2, 2, 1, 2, 1), [1] * 5, "SAME", dilations=[1, 2, 3, 1, 1]),
    )
    first = np.transpose(x, [0, 4, 1, 2, 3])
    value = tf.transpose(tf.nn.conv3d(x, kernel, [1] * 5, "SAME"), [0, 4, 1, 2, 3]).numpy()
    case(
        "Conv3D, NCDHW",
        [first],
        lambda t: raw.Conv3D(input=t, filter=kernel, strides=[1] * 5, padding="SAME", data_format="NCDHW"),
        value=value,
    )
    ones = np.ones(2, np.float32)
    case(
        "FusedBatchNormV3, NDHWC",
        [x],
        lambda t: raw.FusedBatchNormV3(
            x=t, scale=ones * 2, offset=ones, mean=floats(2), variance=ones * 3, is_training=False, data_format="NDHWC"
        )[0],
    )


def lines():
    x = floats(2, 9, 3)
    for shape in [(None, 9, 3), (None, None, 3)]:
        for padding in ["SAME", "VALID"]:
            for stride, dilation in [(1, 1), (2, 1), (1, 2), (1, 3)]:
                case(
                    f"conv1d, {padding}, stride {stride}, dilation {dilation}, {shape}",
                    [x],
                    lambda t: tf.nn.convolution(t, floats(3, 3, 4), stride, padding, dilations=dilation),
                    [shape],
                )
            case(
                f"conv1d, dilated through the batch, {padding}, {shape}",
                [x],
                lambda t: through_the_batch(t, floats(3, 3, 2), padding),
                [shape],
            )
            case(f"max_pool1d, {padding}, {shape}", [x], lambda t: tf.nn.max_pool1d(t, 2, 2, padding), [shape])


def through_the_batch(t, kernel, padding):
    """As Keras and TensorFlow 1 dilate."""
    return tf.nn.with_space_to_batch(t, [2], padding, lambda u, *_: tf.nn.conv1d(u, kernel, 1, "VALID"), filter_shape=[3])


def blocks():
    x = floats(2, 5, 6, 3)
    for shape in [(2, 5, 6, 3), (None, 5, 6, 3), (None, None, None, 3)]:
        case(
            f"SpaceToBatchND, {shape}",
            [x],
            lambda t: raw.SpaceToBatchND(input=t, block_shape=[2, 3], paddings=[[1, 0], [2, 1]]),
            [shape],
        )
        many = floats(12, 2, 3, 1)
        case(
            f"BatchToSpaceND, {shape}",
            [many],
            lambda t: raw.BatchToSpaceND(input=t, block_shape=[2, 3], crops=[[1, 0], [0, 2]]),
            [tuple(None if size is None else known for size, known in zip(shape, many.shape))],
        )
    case("SpaceToBatchND, int32", [ints(1, 4, 2)], lambda t: raw.SpaceToBatchND(input=t, block_shape=[2], paddings=[[0, 0]]))
    case(
        "SpaceToBatchND, paddings computed",
        [x, np.array([[1, 0], [2, 1]], np.int32)],
        lambda t, p: raw.SpaceToBatchND(input=t, block_shape=[2, 3], paddings=p),
    )
    refused(
        "SpaceToBatchND, block computed",
        [x, np.array([1, 3], np.int32)],
        lambda t, b: raw.SpaceToBatchND(input=t, block_shape=b, paddings=[[0, 0], [0, 0]]),
        "Its block shape is computed when the model runs.",
    )
    image, deep = floats(2, 4, 6, 3), floats(2, 2, 3, 12)
    for shape in [(None, 4, 6, 3), (None, None, None, None)]:
        case(f"SpaceToDepth, {shape}", [image], lambda t: raw.SpaceToDepth(input=t, block_size=2), [shape])
        known = (None, 2, 3, 12) if shape[1] else shape
        case(f"DepthToSpace, {shape}", [deep], lambda t: raw.DepthToSpace(input=t, block_size=2), [known])
    for name, values in {"SpaceToDepth": image, "DepthToSpace": deep}.items():
        op = getattr(raw, name)
        value = tf.transpose(op(input=values, block_size=2), [0, 3, 1, 2]).numpy()
        first = np.transpose(values, [0, 3, 1, 2])
        case(f"{name}, NCHW", [first], lambda t: op(input=t, block_size=2, data_format="NCHW"), value=value)
        whole = values.astype(np.int32)
        refused(f"{name}, int32", [whole], lambda t: op(input=t, block_size=2), "It moves int32 between space and channels.")
    refused(
        "SpaceToDepth, NCHW_VECT_C",
        [ints(1, 1, 4, 4, 4).astype(np.int8)],
        lambda t: raw.SpaceToDepth(input=t, block_size=2, data_format="NCHW_VECT_C"),
        "Its data format is NCHW_VECT_C.",
    )
