import numpy as np
import tensorflow as tf

from .cases import case, floats, ints, refused

raw = tf.raw_ops


def parts():
    x = floats(4, 6, 2)
    batch = (None, 6, 2)
    for at in range(2):
        case(f"Split, {at}", [x], lambda t: raw.Split(axis=1, value=t, num_split=3)[at], [batch])
        case(f"Split, of a size that is not known, {at}", [x], lambda t: tf.split(t, 2, 0)[at], [batch])
        case(f"Split, last axis, {at}", [x], lambda t: tf.split(t, 2, -1)[at], [batch])
        case(f"SplitV, {at}", [x], lambda t: tf.split(t, [1, 5], 1)[at], [batch])
        case(f"SplitV, rest, {at}", [x], lambda t: tf.split(t, [3, -1], 0)[at], [batch])
        case(f"SplitV, nothing, {at}", [x], lambda t: tf.split(t, [0, 6], -2)[at], [batch])
        for axis in [0, 1, -1]:
            case(f"Unpack, {axis}, {at}", [x], lambda t: tf.unstack(t, axis=axis)[at])
    case("Split, int32", [ints(4)], lambda t: tf.split(t, 2)[1])
    case("Split, empty", [floats(0, 4)], lambda t: tf.split(t, 2, 1)[1], [(None, 4)])
    case("Unpack, of a shape", [x], lambda t: tf.reshape(t, [-1, tf.unstack(tf.shape(t))[1]]), [batch])
    refused(
        "SplitV, computed",
        [x, np.array([1, 5], np.int32)],
        lambda t, s: raw.SplitV(value=t, size_splits=s, axis=1, num_split=2)[0],
        "Its sizes is computed when the model runs.",
    )


def forms():
    x = floats(3, 1)
    case("BroadcastTo", [x], lambda t: tf.broadcast_to(t, [2, 3, 4]), [(None, 1)])
    case("BroadcastTo, computed", [x, np.array([3, 2], np.int32)], tf.broadcast_to)
    case("EnsureShape", [x], lambda t: tf.ensure_shape(t, [None, 1]), [None])
    case("EnsureShape, of what was not known", [floats(2, 3)], lambda t: tf.reverse(tf.ensure_shape(t, [None, 3]), [-1]), [None])
    case("Rank", [floats(2, 3)], lambda t: raw.Rank(input=t), [(None, None)])
    case("Size", [floats(2, 3)], lambda t: raw.Size(input=t), [(None, 3)])
    case("Size, int64", [floats(2, 3)], lambda t: raw.Size(input=t, out_type=tf.int64))
    refused("Rank, not known", [x], lambda t: raw.Rank(input=t), "The rank of x0:0 is not known.", [None])


def sequences():
    x = floats(3, 4, 2)
    for exclusive in [False, True]:
        for reverse in [False, True]:
            case(
                f"Cumsum, {exclusive}, {reverse}",
                [x],
                lambda t: raw.Cumsum(x=t, axis=1, exclusive=exclusive, reverse=reverse),
                [(None, 4, 2)],
            )
    case("Cumsum, int32 of the last axis", [ints(3, 4)], lambda t: raw.Cumsum(x=t, axis=-1))
    case("Cumsum, float64", [floats(3, 4).astype(np.float64)], lambda t: raw.Cumsum(x=t, axis=0))
    case("ReverseV2", [x], lambda t: tf.reverse(t, [0, -1]), [(None, 4, 2)])
    case("ReverseV2, no axes", [x], lambda t: tf.reverse(t, np.zeros([0], np.int32)))
    case("ReverseV2, int64", [ints(5).astype(np.int64)], lambda t: tf.reverse(t, [0]))
    for time, batch, lengths in [(1, 0, [4, 0, 2]), (0, 1, [1, 2, 3, 0]), (2, 1, [2, 0, 1, 2]), (1, 2, [3, 4])]:
        case(
            f"ReverseSequence, {time}, {batch}",
            [x, np.array(lengths, np.int32)],
            lambda t, n: tf.reverse_sequence(t, n, time, batch),
        )
    refused(
        "Cumsum, axis computed",
        [x, np.int32(1)],
        lambda t, a: raw.Cumsum(x=t, axis=a),
        "Its axis is computed when the model runs.",
    )


def indexing():
    x = floats(4, 5, 3)
    rows = np.array([[2, 0], [1, 1], [3, 3], [0, 2]], np.int32)
    case("GatherV2, batch", [x, rows], lambda t, i: tf.gather(t, i, batch_dims=1, axis=1), [(None, 5, 3), (None, 2)])
    case("GatherV2, batch, last axis", [x, rows % 3], lambda t, i: tf.gather(t, i, batch_dims=1, axis=2))
    case("GatherV2, batch, two axes", [x, rows[0] % 3], lambda t, i: tf.gather(t, i[:, None], batch_dims=0, axis=-1))
    case(
        "GatherV2, two batch axes",
        [floats(2, 2, 3, 4, 2), ints(2, 2, 1, 3) % 4],
        lambda t, i: tf.gather(t, i, batch_dims=2, axis=3),
    )
    case("GatherV2, batch of single indices", [x, rows[:, 0]], lambda t, i: tf.gather(t, i, batch_dims=1, axis=1))
    case("GatherV2, int64 table", [ints(5).astype(np.int64), rows], lambda t, i: tf.gather(t, i))
    case("GatherV2, no indices", [x, np.zeros([0], np.int32)], lambda t, i: tf.gather(t, i), [x.shape, (None,)])
    case("GatherNd", [x, np.array([[0, 1], [3, 4]], np.int32)], lambda t, i: tf.gather_nd(t, i))
    case("GatherNd, elements", [x, np.array([[[0, 1, 2]]], np.int64)], lambda t, i: tf.gather_nd(t, i))
    case("GatherNd, rows", [ints(3, 2), np.array([[2], [0]], np.int32)], lambda t, i: tf.gather_nd(t, i))
    refused(
        "GatherNd, of how many axes is not known",
        [x, rows],
        lambda t, i: tf.gather_nd(t, i),
        "How many axes its indices have is not known.",
        [x.shape, (None, None)],
    )
    places = np.array([[1], [3], [1]], np.int32)
    case("ScatterNd", [places, floats(3, 2)], lambda i, u: tf.scatter_nd(i, u, [5, 2]))
    case("ScatterNd, int32", [places, ints(3)], lambda i, u: tf.scatter_nd(i, u, [5]))
    case("ScatterNd, computed", [places, floats(3), np.array([6], np.int32)], tf.scatter_nd)
    once = np.array([[1, 0], [3, 4]], np.int32)
    case("TensorScatterUpdate", [x, once, floats(2, 3)], lambda t, i, u: tf.tensor_scatter_nd_update(t, i, u))
    for name in "Add Sub Max Min".split():
        case(
            f"TensorScatter{name}",
            [floats(4, 2), places, floats(3, 2)],
            lambda t, i, u: getattr(raw, f"TensorScatter{name}")(tensor=t, indices=i, updates=u),
        )
    flags = np.array([[True, False], [True, True], [False, False]])
    case("Where", [flags], lambda t: raw.Where(condition=t), [(None, 2)])
    case("Where, float32", [np.array([0, 2, -1, 0], np.float32)], lambda t: raw.Where(condition=t))
    case("Where, nothing", [flags & False], lambda t: raw.Where(condition=t))
    refused("Where, one element", [np.array(True)], lambda t: raw.Where(condition=t), "It looks into a single element.")
    classes = np.array([[0, 3, -1], [2, 4, 1]], np.int32)
    for axis in [-1, 0, 1]:
        case(f"OneHot, axis {axis}", [classes], lambda t: tf.one_hot(t, 4, axis=axis), [(None, 3)])
    case("OneHot, int64 to int32", [classes.astype(np.int64)], lambda t: tf.one_hot(t, 4, 7, -2, dtype=tf.int32))
    case("OneHot, computed depth", [classes, np.int32(5)], lambda t, n: tf.one_hot(t, n))
    case("OneHot, uint8", [classes.astype(np.uint8)], lambda t: tf.one_hot(t, 3, True, False))
    for dtype in [bool, np.int8, np.uint16, np.int64]:
        values = (ints(2, 3) % 2).astype(dtype)
        case(f"SelectV2, {np.dtype(dtype)}", [flags, values.T, values[0, 0]], lambda c, t, e: raw.SelectV2(condition=c, t=t, e=e))
    halves = [flags, floats(2, 3).T, floats(1)]
    case("SelectV2, float16", halves, lambda c, t, e: tf.cast(tf.where(c, tf.cast(t, tf.half), tf.cast(e, tf.half)), tf.float32))
    case("OneHot, single", [np.int32(2)], lambda t: tf.one_hot(t, 4))
    ties = np.array([[1, 3, 3, 2, 3], [0, 0, 0, 0, 0]], np.float32)
    for at in range(2):
        case(f"TopKV2, {at}", [floats(3, 6)], lambda t: raw.TopKV2(input=t, k=3)[at], [(None, 6)])
        case(f"TopKV2, ties, {at}", [ties], lambda t: raw.TopKV2(input=t, k=4)[at])
        case(f"TopKV2, int32, {at}", [ints(2, 6)], lambda t: raw.TopKV2(input=t, k=2)[at])
        case(f"TopKV2, computed, {at}", [floats(7), np.int32(2)], lambda t, k: raw.TopKV2(input=t, k=k)[at])
        case(f"TopKV2, none, {at}", [floats(2, 7)], lambda t: raw.TopKV2(input=t, k=0)[at])
    case("TopKV2, int64", [floats(7)], lambda t: raw.TopKV2(input=t, k=2, index_type=tf.int64)[1])


def contractions():
    a, b = floats(2, 3, 4), floats(4, 5, 2)
    case("Einsum", [a, b], lambda x, y: tf.einsum("abc,cde->abde", x, y), [(None, 3, 4), b.shape])
    case("Einsum, ellipsis", [a, floats(4, 5)], lambda x, y: raw.Einsum(inputs=[x, y], equation="...c,cd->...d"))
    case("Einsum, attention", [floats(2, 3, 2, 4), floats(2, 5, 2, 4)], lambda q, k: tf.einsum("bqhd,bkhd->bhqk", q, k))
    case("Einsum, sum", [a], lambda x: raw.Einsum(inputs=[x], equation="abc->cb"))
    case("Einsum, broadcast", [floats(1, 2, 3), floats(4, 3, 2)], lambda x, y: raw.Einsum(inputs=[x, y], equation="...ab,...bc->...ac"))
    case("Einsum, then its shape", [a, b], lambda x, y: tf.reshape(tf.einsum("abc,cde->abde", x, y), [-1, 30]), [(None, 3, 4), b.shape])
    half = a.astype(np.float16)
    refused("Einsum, float16", [half], lambda x: raw.Einsum(inputs=[x], equation="abc->cb"), "It computes with float16.")
    square = floats(2, 5, 4)
    for lower, upper in [(0, -1), (-1, 0), (1, 2), (0, 0), (-1, -1)]:
        case(
            f"MatrixBandPart, {lower}, {upper}",
            [square],
            lambda x: raw.MatrixBandPart(input=x, num_lower=lower, num_upper=upper),
            [(None, 5, 4)],
        )
    case("MatrixBandPart, bool", [np.ones([3, 3], bool)], lambda x: raw.MatrixBandPart(input=x, num_lower=-1, num_upper=0))
    refused(
        "MatrixBandPart, int32",
        [ints(3, 3)],
        lambda x: raw.MatrixBandPart(input=x, num_lower=0, num_upper=0),
        "It takes a band of int32.",
    )


def pieces():
    x = floats(4, 5, 3)
    for shape in [(4, 5, 3), (None, None, 3)]:
        case(f"Slice, {shape}", [x], lambda t: tf.slice(t, [1, 0, 2], [2, -1, 1]), [shape])
        case(f"Slice, nothing, {shape}", [x], lambda t: tf.slice(t, [1, 2, 0], [0, 3, -1]), [shape])
        for shift, axis in [([1], [0]), ([-2, 7], [1, -1]), ([2, 2], [1, 1]), ([0], [1]), ([-9], [1])]:
            case(f"Roll, {shift}, {axis}, {shape}", [x], lambda t: tf.roll(t, shift, axis), [shape])
    computed = [x, np.array([1, 0, 2], np.int32), np.array([2, -1, 1], np.int32)]
    case("Slice, computed", computed, tf.slice)
    case("Slice, of a shape", [x], lambda t: tf.reshape(t, tf.concat([tf.slice(tf.shape(t), [0], [1]), [15]], 0)), [(None, 5, 3)])
    case("Slice, int64", [ints(6).astype(np.int64)], lambda t: tf.slice(t, [2], [3]))
    case("StridedSlice, computed", [x, np.int32(1), np.int32(-1)], lambda t, a, b: t[a:b, b, ::2], [(None, 5, 3), (), ()])
    case("StridedSlice, to the size of another", [x, x[:, 1:4]], lambda t, u: t[:, : tf.shape(u)[1]], [(None, None, 3)] * 2)
    refused(
        "StridedSlice, of how many axes is not known",
        [x, np.array([1], np.int32)],
        lambda t, a: raw.StridedSlice(input=t, begin=a, end=a + 1, strides=[1]),
        "How many axes it cuts is not known.",
        [x.shape, (None,)],
    )
    case("Roll, int32", [ints(6)], lambda t: tf.roll(t, 2, 0), [(None,)])
    case("Roll, empty", [ints(0)], lambda t: tf.roll(t, 2, 0), [(None,)])
    refused(
        "Roll, computed",
        [x, np.int32(1)],
        lambda t, n: tf.roll(t, n, 0),
        "Its shift is computed when the model runs.",
    )
    case("CheckNumerics", [x], lambda t: tf.debugging.check_numerics(t, "infinite"))
    case("GuaranteeConst", [x], lambda t: raw.GuaranteeConst(input=t) + 1)
    for axes in [[1], [0, -1]]:
        case(f"EuclideanNorm, {axes}", [x], lambda t: raw.EuclideanNorm(input=t, axis=axes, keep_dims=True))


def categories():
    x = np.array([[0.5, -1, 2.5], [1, 3, 2]], np.float32)
    case("Bucketize", [x], lambda t: raw.Bucketize(input=t, boundaries=[0, 1, 2.5]), [(None, 3)])
    refused("Bucketize, int32", [ints(3)], lambda t: raw.Bucketize(input=t, boundaries=[0, 1]), "It sorts int32 into intervals.")
    ids = np.array([[1, 0, 1, 7], [3, 3, 3, 2]], np.int32)
    for binary in [False, True]:
        for dtype in [np.int32, np.float32]:
            none = np.zeros([0], dtype)
            case(
                f"DenseBincount, {binary}, {np.dtype(dtype)}",
                [ids],
                lambda t: raw.DenseBincount(input=t, size=5, weights=none, binary_output=binary),
                [(None, 4)],
            )
    case("DenseBincount, one row", [ids[0]], lambda t: raw.DenseBincount(input=t, size=4, weights=np.zeros([0], np.int32)))
    refused(
        "DenseBincount, weights",
        [ids[0]],
        lambda t: raw.DenseBincount(input=t, size=4, weights=np.ones([4], np.float32)),
        "It adds up weights.",
    )


def diagonals():
    x = floats(2, 3)
    for shape in [(2, 3), (None, None)]:
        case(f"MatrixDiagV3, {shape}", [x], lambda t: tf.linalg.diag(t), [shape])
        case(f"MatrixDiagV3, padding, {shape}", [x], lambda t: tf.linalg.diag(t, padding_value=2), [shape])
    case("MatrixDiag", [x], lambda t: raw.MatrixDiag(diagonal=t))
    case("MatrixDiagV2", [x], lambda t: raw.MatrixDiagV2(diagonal=t, k=0, num_rows=-1, num_cols=-1, padding_value=0.0))
    case("MatrixDiagV3, int64", [ints(3).astype(np.int64)], lambda t: tf.linalg.diag(t))
    square = floats(2, 3, 3)
    case("MatrixSetDiag", [square, x], lambda t, d: raw.MatrixSetDiag(input=t, diagonal=d), [(None, 3, 3), (None, 3)])
    case("MatrixSetDiagV2", [square, x], lambda t, d: raw.MatrixSetDiagV2(input=t, diagonal=d, k=0))
    case("MatrixSetDiagV3", [square, x], lambda t, d: tf.linalg.set_diag(t, d))
    refused("MatrixDiagV3, above", [x], lambda t: tf.linalg.diag(t, k=1), "It has other diagonals than the main one.")
    refused(
        "MatrixDiagV3, not square",
        [x],
        lambda t: tf.linalg.diag(t, num_rows=3, num_cols=5),
        "It makes matrices that are not square.",
    )
    wide = floats(2, 3, 4)
    refused("MatrixSetDiagV3, not square", [wide, x], lambda t, d: tf.linalg.set_diag(t, d), "It takes matrices that may not be square.")
