import numpy as np
import tensorflow as tf

from .cases import case, floats, ints, refused

raw = tf.raw_ops


def refusals():
    """What ONNX cannot express, of the ops of tensorflow-ops.json."""
    x, image = floats(2, 3), floats(1, 6, 5, 4)
    one = np.int32(1)
    axis, axes = "Its axis is computed when the model runs.", "Its axes is computed when the model runs."
    for name in "Mean Sum Prod Max Min".split():
        refused(f"{name}, axes computed", [x, one], lambda t, a: getattr(raw, name)(input=t, axis=a), axes)
    refused("All, axes computed", [x > 0, one], lambda t, a: raw.All(input=t, axis=a), axes)
    refused("Mean, whole numbers", [ints(3)], lambda t: raw.Mean(input=t, axis=0), "It is the mean of int32.")
    for name in ["ArgMax", "ArgMin"]:
        refused(f"{name}, axis computed", [x, one], lambda t, a: getattr(raw, name)(input=t, dimension=a), axis)
    refused("Cast, Truncate", [x], lambda t: raw.Cast(x=t, DstT=tf.int32, Truncate=True), "It cuts digits off")
    refused(
        "Equal, shapes that may differ",
        [x, x],
        lambda a, b: raw.Equal(x=a, y=b, incompatible_shape_error=False),
        "It compares tensors whose shapes may differ.",
    )
    complex_ = x.astype(np.complex64)
    refused("MatMul, complex", [complex_, complex_.T], tf.matmul, "It multiplies complex64.")
    for name in ["Elu", "Selu", "Softplus", "Softsign", "LeakyRelu"]:
        refused(
            f"{name}, bfloat16",
            [x],
            lambda t: tf.cast(getattr(raw, name)(features=tf.cast(t, tf.bfloat16)), tf.float32),
            "It computes with bfloat16.",
        )
    refused("Squeeze, sizes not known", [x], lambda t: tf.squeeze(t), "It leaves out axes of size 1", [(None, 3)])
    refused(
        "Transpose, computed",
        [x, np.array([1, 0], np.int32)],
        lambda t, p: raw.Transpose(x=t, perm=p),
        "Its order of axes is computed when the model runs.",
    )
    refused("ExpandDims, axis computed", [x, one], tf.expand_dims, axis)
    refused("ConcatV2, axis computed", [x, one], lambda t, a: raw.ConcatV2(values=[t, t], axis=a), axis)
    refused("GatherV2, axis computed", [x, one], lambda t, a: raw.GatherV2(params=t, indices=[0], axis=a), axis)
    ones = np.ones(4, np.float32)
    refused(
        "FusedBatchNormV3, in training",
        [image],
        lambda t: raw.FusedBatchNormV3(x=t, scale=ones, offset=ones, mean=[], variance=[], is_training=True)[0],
        "It takes mean and variance of the batch, as in training.",
    )
    refused(
        "MaxPool, over channels",
        [image],
        lambda t: raw.MaxPool(input=t, ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2], padding="SAME"),
        "Its ksize go over images or channels.",
    )
    refused(
        "Conv2D, gaps, and a size that is not known",
        [image],
        lambda t: raw.Conv2D(
            input=t, filter=floats(2, 2, 4, 1), strides=[1, 2, 2, 1], dilations=[1, 2, 2, 1], padding="SAME"
        ),
        "Its padding is computed from a size that is not known, for a kernel with gaps.",
        [(None, None, None, 4)],
    )
    refused(
        "Conv2D, channels not known",
        [image],
        lambda t: raw.Conv2D(input=t, filter=floats(2, 2, 4, 1), strides=[1] * 4, padding="SAME"),
        "How many channels it takes is not known.",
        [(None, None, None, None)],
    )
    refused("Cumprod", [x], lambda t: tf.math.cumprod(t), "Slipway does not convert this op.")
    refused("a random number", [x], lambda t: t + tf.random.normal([3]), "Slipway does not convert this op.")


def formats():
    """Windows over images with channels first, explicit paddings, other types."""
    image = floats(1, 6, 5, 4)
    first = image.transpose(0, 3, 1, 2)
    kernel, deep = floats(3, 2, 4, 3), floats(3, 2, 4, 2)
    back = lambda value: value.numpy().transpose(0, 3, 1, 2)
    for padding in ["SAME", "VALID"]:
        value = back(tf.nn.conv2d(image, kernel, 2, padding))
        case(f"Conv2D, NCHW, {padding}", [first], lambda t: tf.nn.conv2d(t, kernel, 2, padding, "NCHW"), value=value)
        value = back(tf.nn.depthwise_conv2d(image, deep, [1, 2, 2, 1], padding))
        case(
            f"DepthwiseConv2dNative, NCHW, {padding}",
            [first],
            lambda t: raw.DepthwiseConv2dNative(
                input=t, filter=deep, strides=[1, 1, 2, 2], padding=padding, data_format="NCHW"
            ),
            value=value,
        )
        for name, op in {"MaxPool": tf.nn.max_pool2d, "AvgPool": tf.nn.avg_pool2d}.items():
            value = back(op(image, 3, 2, padding))
            case(f"{name}, NCHW, {padding}", [first], lambda t: op(t, 3, 2, padding, "NCHW"), value=value)
    explicit = [0, 0, 1, 2, 2, 0, 0, 0]
    case(
        "DepthwiseConv2dNative, EXPLICIT",
        [image],
        lambda t: raw.DepthwiseConv2dNative(
            input=t, filter=deep, strides=[1] * 4, padding="EXPLICIT", explicit_paddings=explicit
        ),
        [(None, 6, 5, 4)],
    )
    for padding in ["SAME", "VALID"]:
        case(
            f"DepthwiseConv2dNative, dilations, {padding}",
            [image],
            lambda t: raw.DepthwiseConv2dNative(
                input=t, filter=deep, strides=[1] * 4, dilations=[1, 2, 2, 1], padding=padding
            ),
            [(None, None, None, 4)],
        )
    case(
        "MaxPool, EXPLICIT",
        [image - 5],
        lambda t: raw.MaxPool(
            input=t, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="EXPLICIT", explicit_paddings=[0, 0, 1, 1, 1, 0, 0, 0]
        ),
        [(None, None, None, 4)],
    )
    scale, offset, mean, variance = floats(4), floats(4), floats(4), np.abs(floats(4)) + 0.1
    value = back(tf.nn.batch_normalization(image, mean, variance, offset, scale, np.float32(0.001)))
    case(
        "FusedBatchNormV3, NCHW",
        [first],
        lambda t: raw.FusedBatchNormV3(
            x=t, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.001, is_training=False, data_format="NCHW"
        )[0],
        value=value,
    )
    double = image.astype(np.float64)
    case("MatMul, float64", [double[0, 0], double[0, 1].T.copy()], tf.matmul)
    case("Softmax, float64", [double], lambda t: raw.Softmax(logits=t))
    case("Sum, float64, negative axes", [double], lambda t: raw.Sum(input=t, axis=[-1, -3]), [(None, 6, 5, 4)])
    case("Sum, int64", [ints(3, 4).astype(np.int64)], lambda t: raw.Sum(input=t, axis=-2))
    case("float16 inside", [image], lambda t: tf.cast(tf.nn.relu(tf.cast(t, tf.half)), tf.float32))
    empty = np.zeros([0, 6, 5, 4], np.float32)
    case("MaxPool, no images", [empty], lambda t: tf.nn.max_pool2d(t, 2, 2, "SAME"), [(None, 6, 5, 4)])
