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


def resizing():
    image = floats(1, 5, 7, 2)
    corners = {"half_pixel_centers": (False, True), "align_corners": (True, False), "neither": (False, False)}
    for shape in [(None, 5, 7, 2), (None, None, None, None)]:
        for name in ["ResizeBilinear", "ResizeNearestNeighbor"]:
            op = getattr(raw, name)
            for title, (align, half) in corners.items():
                for size in [[10, 14], [8, 3], [5, 7], [1, 1], [13, 20]]:
                    case(
                        f"{name}, {title}, {size}, {shape}",
                        [image],
                        lambda t: op(images=t, size=size, align_corners=align, half_pixel_centers=half),
                        [shape],
                    )
    for title, (align, half) in corners.items():
        lines = np.arange(53, dtype=np.float32).reshape(1, 53, 1, 1)
        for known in [53, None]:
            for size in [29, 101, 105, 159, 371]:
                case(
                    f"ResizeNearestNeighbor, {title}, {known} rows to {size}",
                    [lines],
                    lambda t: raw.ResizeNearestNeighbor(
                        images=t, size=[size, 1], align_corners=align, half_pixel_centers=half
                    ),
                    [(1, known, 1, 1)],
                )
    for name in ["ResizeBilinear", "ResizeNearestNeighbor"]:
        op = getattr(raw, name)
        case(f"{name}, size computed", [image, np.array([4, 9], np.int32)], lambda t, s: op(images=t, size=s))
        case(f"{name}, twice the image", [image], lambda t: op(images=t, size=2 * tf.shape(t)[1:3]), [(None, None, None, 2)])
        case(f"{name}, uint8", [np.arange(24).astype(np.uint8).reshape(1, 4, 3, 2)], lambda t: op(images=t, size=[7, 5]))
        refused(
            f"{name}, both kinds of corners",
            [image],
            lambda t: op(images=t, size=[2, 2], align_corners=True, half_pixel_centers=True),
            "It has align_corners and half_pixel_centers.",
        )
        refused(
            f"{name}, unknown rank",
            [image],
            lambda t: op(images=t, size=[2, 2]),
            "It takes no images of four known dimensions.",
            [None],
        )
    for title, (align, half) in corners.items():
        for size in [[10, 14], [8, 3], [1, 1], [13, 20]]:
            case(
                f"ResizeBicubic, {title}, {size}",
                [image],
                lambda t: raw.ResizeBicubic(images=t, size=size, align_corners=align, half_pixel_centers=half),
                [(None, 5, 7, 2)],
            )
    for align in [False, True]:
        for size in [[10, 14], [2, 3], [3, 3], [1, 1], [13, 20]]:
            case(
                f"ResizeArea, {align}, {size}",
                [image],
                lambda t: raw.ResizeArea(images=t, size=size, align_corners=align),
                [(None, 5, 7, 2)],
            )
    refused(
        "ResizeBicubic, into more than memory holds",
        [image],
        lambda t: raw.ResizeBicubic(images=t, size=[2**30, 1]),
        "It makes images of 1073741824 rows and 1 columns.",
    )
    refused(
        "ResizeBicubic, size of the image not known",
        [image],
        lambda t: raw.ResizeBicubic(images=t, size=[2, 2]),
        "The size of its images is not known.",
        [(None, None, None, 2)],
    )
    case("repeat, as Keras enlarges", [image], lambda t: tf.repeat(tf.repeat(t, 2, axis=1), 3, axis=2), [(None, 5, 7, 2)])


def enlarging():
    """Transposed convolutions."""
    x, kernel = floats(1, 3, 4, 2), floats(3, 2, 3, 2)
    for known in [True, False]:
        shape = (None, 3, 4, 2) if known else (None, None, None, 2)
        for padding, stride, dilation, sizes in [
            ("SAME", [1, 1], [1, 1], [(3, 4)]),
            ("SAME", [2, 3], [1, 1], [(6, 12), (5, 10), (6, 11)]),
            ("SAME", [4, 4], [1, 1], [(12, 16), (9, 14)]),
            ("VALID", [1, 1], [1, 1], [(5, 5)]),
            ("VALID", [2, 3], [1, 1], [(7, 11), (8, 13)]),
            ("SAME", [1, 1], [2, 2], [(3, 4)]),
            ("VALID", [1, 1], [2, 3], [(7, 7)]),
            ([0, 0, 1, 2, 0, 1, 0, 0], [2, 2], [1, 1], [(4, 7), (5, 8)]),
        ]:
            for size in sizes:
                case(
                    f"Conv2DBackpropInput, {padding}, strides {stride}, dilations {dilation}, to {size}, known: {known}",
                    [x],
                    lambda t: raw.Conv2DBackpropInput(
                        input_sizes=[1, *size, 3] if known else placed(t, size, 3),
                        filter=kernel,
                        out_backprop=t,
                        strides=[1, *stride, 1],
                        dilations=[1, *dilation, 1],
                        padding=padding if isinstance(padding, str) else "EXPLICIT",
                        explicit_paddings=[] if isinstance(padding, str) else padding,
                    ),
                    [shape],
                )
    twice = lambda t: tf.concat([tf.shape(t)[:1], tf.shape(t)[1:3] * 2, [3]], 0)
    case(
        "Conv2DBackpropInput, twice the image",
        [x],
        lambda t: raw.Conv2DBackpropInput(
            input_sizes=twice(t), filter=kernel, out_backprop=t, strides=[1, 2, 2, 1], padding="SAME"
        ),
        [(None, None, None, 2)],
    )
    case(
        "Conv2DBackpropInput, rows and columns only",
        [x],
        lambda t: raw.Conv2DBackpropInput(
            input_sizes=[6, 8], filter=kernel, out_backprop=t, strides=[1, 2, 2, 1], padding="SAME"
        ),
        [(None, 3, 4, 2)],
    )
    value = tf.nn.conv2d_transpose(x, kernel, [1, 6, 8, 3], 2).numpy().transpose(0, 3, 1, 2)
    case(
        "Conv2DBackpropInput, NCHW",
        [x.transpose(0, 3, 1, 2)],
        lambda t: tf.nn.conv2d_transpose(t, kernel, [1, 3, 6, 8], 2, data_format="NCHW"),
        value=value,
    )
    volume, deep = floats(1, 2, 3, 2, 2), floats(2, 3, 2, 3, 2)
    for padding, size in [("SAME", [4, 6, 4]), ("VALID", [4, 7, 5])]:
        case(
            f"Conv3DBackpropInputV2, {padding}",
            [volume],
            lambda t: tf.nn.conv3d_transpose(t, deep, [1, *size, 3], 2, padding),
        )
    own = floats(3, 2, 2, 2)
    for padding, size in [("SAME", [6, 8]), ("VALID", [7, 8])]:
        case(
            f"DepthwiseConv2dNativeBackpropInput, {padding}",
            [floats(1, 3, 4, 4)],
            lambda t: raw.DepthwiseConv2dNativeBackpropInput(
                input_sizes=[1, *size, 2], filter=own, out_backprop=t, strides=[1, 2, 2, 1], padding=padding
            ),
        )
    refused(
        "Conv2DBackpropInput, sizes not known",
        [x, np.array([1, 6, 8, 3], np.int32)],
        lambda t, s: raw.Conv2DBackpropInput(
            input_sizes=s, filter=kernel, out_backprop=t, strides=[1, 2, 2, 1], padding="SAME"
        ),
        "How many sizes its result has is not known.",
        [x.shape, (None,)],
    )
    case(
        "Conv2DBackpropInput, sizes computed",
        [x, np.array([1, 6, 8, 3], np.int32)],
        lambda t, s: raw.Conv2DBackpropInput(
            input_sizes=s, filter=kernel, out_backprop=t, strides=[1, 2, 2, 1], padding="SAME"
        ),
    )
    refused(
        "Conv2DBackpropInput, groups",
        [x],
        lambda t: raw.Conv2DBackpropInput(
            input_sizes=[1, 6, 8, 6], filter=kernel, out_backprop=t, strides=[1, 2, 2, 1], padding="SAME"
        ),
        "It goes back through a convolution in groups.",
    )


def placed(t, size, channels):
    """A size that only shows when the model runs."""
    nothing = tf.reduce_sum(tf.shape(t)[1:3]) - 7
    return tf.stack([1, size[0] + nothing, size[1] + nothing, channels])


def edges():
    image = floats(1, 4, 3, 6)
    case("LRN", [image], lambda t: raw.LRN(input=t), [(None, 4, 3, 6)])
    case("LRN, narrow", [image], lambda t: raw.LRN(input=t, depth_radius=1, bias=2.0, alpha=0.3, beta=0.75))
    half = image.astype(np.float16)
    refused("LRN, float16", [half], lambda t: raw.LRN(input=t), "It computes with float16.")
    x = floats(3, 4)
    for shape in [(3, 4), (None, None)]:
        case(f"MirrorPad, SYMMETRIC, {shape}", [x], lambda t: tf.pad(t, [[2, 3], [1, 4]], "SYMMETRIC"), [shape])
        case(f"MirrorPad, SYMMETRIC, at one end, {shape}", [x], lambda t: tf.pad(t, [[0, 1], [2, 0]], "SYMMETRIC"), [shape])
    refused(
        "MirrorPad, SYMMETRIC, computed",
        [x, np.array([[1, 0], [0, 1]], np.int32)],
        lambda t, p: tf.pad(t, p, "SYMMETRIC"),
        "Its paddings are computed when the model runs",
    )
