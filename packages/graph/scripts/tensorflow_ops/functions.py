import numpy as np
import tensorflow as tf

from .cases import case, floats, ints, refused

raw = tf.raw_ops


def functions():
    x = floats(2, 5)
    inside = np.tanh(x)
    for name in "Tan Atan Sinh Cosh Asinh Erfc Log1p Expm1 Round".split():
        values = np.abs(x) if name == "Log1p" else x
        case(name, [values], lambda t: getattr(raw, name)(x=t), [(None, 5)])
    for name in "Asin Acos Atanh".split():
        case(name, [inside], lambda t: getattr(raw, name)(x=t))
    case("Acosh", [1 + np.abs(x)], lambda t: raw.Acosh(x=t))
    small = (floats(6) * 1e-6).astype(np.float32)
    for name in ["Log1p", "Expm1"]:
        case(f"{name}, near 0", [small], lambda t: getattr(raw, name)(x=t))
        case(f"{name}, 0", [np.zeros(2, np.float32)], lambda t: getattr(raw, name)(x=t))
        case(f"{name}, float64", [floats(4).astype(np.float64) * 0.5], lambda t: getattr(raw, name)(x=t))
    case("Log1p, large", [np.array([1e8, 3e9], np.float32)], lambda t: raw.Log1p(x=t))
    case("Round, halves", [np.array([-1.5, -0.5, 0.5, 1.5, 2.5], np.float32)], lambda t: raw.Round(x=t))
    refused("Round, int32", [ints(3)], lambda t: raw.Round(x=t), "It rounds int32.")
    odd = np.array([1, -np.inf, np.inf, np.nan], np.float32)
    for name in "IsNan IsInf IsFinite".split():
        case(name, [odd], lambda t: getattr(raw, name)(x=t))
    case("AddN", [x, x, x], lambda a, b, c: raw.AddN(inputs=[a, b, c]))
    case("AddN, int32", [ints(3), ints(3)], lambda a, b: raw.AddN(inputs=[a, b]))
    limits = [np.float32(-0.5), np.float32(0.25)]
    case("ClipByValue", [x, *limits], lambda t, a, b: raw.ClipByValue(t=t, clip_value_min=a, clip_value_max=b))
    case("ClipByValue, int32", [ints(9)], lambda t: raw.ClipByValue(t=t, clip_value_min=-2, clip_value_max=3))
    for name in "BitwiseAnd BitwiseOr BitwiseXor".split():
        case(name, [ints(4, 1), ints(3)], lambda a, b: getattr(raw, name)(x=a, y=b))
    case("Invert", [ints(5)], lambda t: raw.Invert(x=t))
    for name in ["ZerosLike", "OnesLike"]:
        case(name, [x], lambda t: getattr(raw, name)(x=t), [(None, 5)])
        case(f"{name}, int64", [ints(3).astype(np.int64)], lambda t: getattr(raw, name)(x=t), [None])
    case("hard swish", [x * 4], lambda t: t * tf.nn.relu6(t + 3) * np.float32(1 / 6))
    case("mish", [x * 4], lambda t: t * tf.tanh(tf.math.softplus(t)))
    case("l2_normalize", [floats(3, 4)], lambda t: tf.math.l2_normalize(t, -1), [(None, 4)])
    case("gelu, erfc", [x], lambda t: tf.nn.gelu(t))
    refused("ZerosLike, texts", [np.array(["a"])], lambda t: raw.ZerosLike(x=t), "It makes texts.")


def division():
    a, b = ints(4, 5), np.array([3, -3, 1, -7, 2], np.int32)
    for name in "FloorDiv FloorMod TruncateDiv TruncateMod Div Mod".split():
        case(f"{name}, int32", [a], lambda t: getattr(raw, name)(x=t, y=b), [(None, 5)])
        case(f"{name}, int64", [a.astype(np.int64)], lambda t: getattr(raw, name)(x=t, y=b.astype(np.int64)))
        refused(
            f"{name}, by what may be 0",
            [a, b],
            lambda t, u: getattr(raw, name)(x=t, y=u),
            "It divides whole numbers by numbers that may be 0",
        )
    extremes = np.array([-(2**31), 2**31 - 1, -(2**31) + 1], np.int32)
    case("FloorDiv, extremes", [extremes], lambda t: raw.FloorDiv(x=t, y=3))
    case("FloorMod, extremes", [extremes], lambda t: raw.FloorMod(x=t, y=-3))
    case("FloorDiv, uint8", [np.arange(250, 255).astype(np.uint8)], lambda t: raw.FloorDiv(x=t, y=np.uint8(7)))
    case("FloorDiv, of a size", [floats(7, 2)], lambda t: tf.reshape(t, [tf.shape(t)[0] // 7, -1]), [(None, 2)])
    x, y = floats(4, 5) * 5, floats(5)
    for name in "FloorDiv FloorMod TruncateMod Div Mod".split():
        case(f"{name}, float32", [x, y], lambda t, u: getattr(raw, name)(x=t, y=u), [(None, 5), (5,)])
    whole = np.array([-4, -2, 0, 2, 4], np.float32)
    case("FloorMod, nothing left", [whole], lambda t: raw.FloorMod(x=t, y=np.float32(-2)))
    zeros = np.array([1, 0, -2, 0], np.float32)
    case("DivNoNan", [floats(3, 4), zeros], lambda t, u: raw.DivNoNan(x=t, y=u))
    case("Xdivy", [zeros, np.array([2, 0, 3, 5], np.float32)], lambda t, u: raw.Xdivy(x=t, y=u))
