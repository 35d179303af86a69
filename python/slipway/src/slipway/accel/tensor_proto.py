"""TensorProto, between numpy's arrays and bytes.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/tensor.proto
"""

import math
import typing

import numpy as np

from . import data_types, wire

_DTYPE, _SHAPE, _CONTENT, _STRINGS = 1, 2, 4, 8

# Elements that may be told by one value and a shape: more than any answer that is read has.
_MAX_ELEMENTS = 2**27


def of_value(value: typing.Any) -> bytes:
    """An array, or what makes one; lists of Python's numbers become FP32 and INT32, as TensorFlow has them."""
    array = np.asarray(value)
    if not isinstance(value, (np.ndarray, np.generic)):
        array = _narrowed(array)
    if array.dtype.kind in "OSU":
        strings = (_encoded(element) for element in array.ravel())
        return _head(data_types.DT_STRING, array.shape) + _strings(strings)
    data_type = data_types.of_array(array)
    content = array.astype(data_type.raw, copy=False).tobytes()
    return _head(data_type.number, array.shape) + wire.bytes_field(_CONTENT, content)


def of_bytes(data: bytes, shape: typing.Sequence[int], dtype: int) -> bytes:
    """The elements as raw bytes, little endian; of DT_STRING the one element."""
    if dtype == data_types.DT_STRING:
        return _head(dtype, shape) + _strings([data])
    return _head(data_types.of_number(dtype).number, shape) + wire.bytes_field(_CONTENT, data)


def to_array(message: memoryview) -> np.ndarray:
    """The array in a message; strings are an array of `bytes`. Raises ValueError if it is broken."""
    dtype, shape, content, values = _read(message)
    if any(size < 0 for size in shape):
        raise ValueError(f"An output has the shape {shape}.")
    if dtype == data_types.DT_STRING:
        strings = [bytes(wire.part(value)) for _, value in values.get(_STRINGS, [])]
        elements = np.empty(len(strings), object)
        elements[:] = strings
        return _filled(elements, shape, b"")
    data_type = data_types.of_number(dtype)
    if len(content):
        elements = np.frombuffer(content, data_type.raw).copy()
        if elements.size != math.prod(shape):
            raise ValueError(f"An output of the shape {shape} has {elements.size} elements.")
    else:
        elements = _typed(data_type, values.get(data_type.field, []))
    return _native(data_type, _filled(elements, shape, elements.dtype.type(0)))


def _narrowed(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype == np.int64 and np.array_equal(array, array.astype(np.int32)):
        return array.astype(np.int32)
    return array


def _encoded(element: typing.Any) -> bytes:
    if isinstance(element, str):
        return element.encode()
    if isinstance(element, bytes):
        return element
    raise TypeError(
        f"An array of objects can have bytes and texts alone, not {type(element).__name__}."
    )


def _head(dtype: int, shape: typing.Sequence[int]) -> bytes:
    dims = (wire.bytes_field(2, wire.number_field(1, size) if size else b"") for size in shape)
    return wire.number_field(_DTYPE, dtype) + wire.bytes_field(_SHAPE, b"".join(dims))


def _strings(strings: typing.Iterable[bytes]) -> bytes:
    return b"".join(wire.bytes_field(_STRINGS, element) for element in strings)


_Parts = typing.List[typing.Tuple[int, wire.Value]]
_Values = typing.Dict[int, _Parts]


def _read(message: memoryview) -> typing.Tuple[int, typing.List[int], memoryview, _Values]:
    dtype, shape, content, values = 0, [], memoryview(b""), {}
    for field, kind, value in wire.fields(message):
        if field == _DTYPE:
            dtype = wire.number(value)
        elif field == _SHAPE:
            dims = [dim for number, _, dim in wire.fields(wire.part(value)) if number == 2]
            shape = [_size(wire.part(dim)) for dim in dims]
        elif field == _CONTENT:
            content = wire.part(value)
        else:
            values.setdefault(field, []).append((kind, value))
    return dtype, shape, content, values


def _size(dim: memoryview) -> int:
    sizes = [wire.number(value) for field, _, value in wire.fields(dim) if field == 1]
    size = sizes[-1] if sizes else 0
    return size - 2**64 if size >= 2**63 else size


def _typed(data_type: data_types.DataType, parts: _Parts) -> np.ndarray:
    """Values of a repeated field, packed or one by one."""
    is_float = data_type.number in (data_types.DT_FLOAT, data_types.DT_DOUBLE)
    if is_float:
        return np.frombuffer(b"".join(wire.part(value) for _, value in parts), data_type.raw).copy()
    numbers = [
        np.array([value], np.uint64)
        if kind == wire.VARINT
        else wire.packed_varints(wire.part(value))
        for kind, value in parts
    ]
    whole = np.concatenate(numbers) if numbers else np.zeros(0, np.uint64)
    # Halves are their bits.
    is_half = data_type.number == data_types.DT_HALF
    return whole.astype("<u2").view("<f2") if is_half else whole.astype(data_type.raw)


def _filled(elements: np.ndarray, shape: typing.Sequence[int], zero: typing.Any) -> np.ndarray:
    """The last value stands for all that are left out, and zero where there is none."""
    count = math.prod(shape)
    if elements.size > count or count > _MAX_ELEMENTS:
        raise ValueError(f"An output of the shape {list(shape)} has {elements.size} elements.")
    missing = count - elements.size
    if missing:
        filler = np.empty(missing, elements.dtype)
        filler[:] = elements[-1] if elements.size else zero
        elements = np.concatenate((elements, filler))
    return elements.reshape(shape)


def _native(data_type: data_types.DataType, elements: np.ndarray) -> np.ndarray:
    """Arrays that numpy has; a bfloat16 is the upper half of a float32."""
    if data_type.number == data_types.DT_BFLOAT16:
        return (elements.astype(np.uint32) << 16).view(np.float32)
    return elements.astype(elements.dtype.newbyteorder("="), copy=False)
