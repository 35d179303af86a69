"""The wire format of protobuf, as far as tensors need it. https://protobuf.dev/programming-guides/encoding/

Written by hand, so that the messages of an installed TensorFlow, which have the same names, are not in the way.
"""

import typing

import numpy as np

VARINT = 0
FIXED64 = 1
BYTES = 2
FIXED32 = 5

Value = typing.Union[int, memoryview]

# A varint of 64 bits has so many bytes at most.
_LONGEST_VARINT = 10


def varint(value: int) -> bytes:
    """A whole number of up to 64 bits; one below zero has all of them."""
    value &= 0xFFFFFFFFFFFFFFFF
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def number_field(field: int, value: int) -> bytes:
    """A field that is a whole number."""
    return varint(field << 3 | VARINT) + varint(value)


def bytes_field(field: int, value: bytes) -> bytes:
    """A field that is bytes, text in UTF-8, or a message."""
    return b"".join((varint(field << 3 | BYTES), varint(len(value)), value))


def entry_field(field: int, key: str, value: bytes) -> bytes:
    """An entry of a map from texts to messages."""
    return bytes_field(field, bytes_field(1, key.encode()) + bytes_field(2, value))


def fields(message: memoryview) -> typing.Iterator[typing.Tuple[int, int, Value]]:
    """Number, wire type and value of each field, numbers as they are and all else as bytes.

    Raises ValueError if it is no message.
    """
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _read_varint(message, at)
        else:
            size, at = _size(message, at, kind)
            value = message[at : at + size]
            if len(value) < size:
                raise ValueError("The message ends within a field.")
            at += size
        yield tag >> 3, kind, value


def number(value: Value) -> int:
    """The value of a field that is a whole number. Raises ValueError if it is none."""
    if not isinstance(value, int):
        raise ValueError("The message has bytes where a number belongs.")
    return value


def part(value: Value) -> memoryview:
    """The value of a field that is bytes, text or a message. Raises ValueError if it is none."""
    if isinstance(value, int):
        raise ValueError("The message has a number where bytes belong.")
    return value


def _size(message: memoryview, at: int, kind: int) -> typing.Tuple[int, int]:
    if kind == BYTES:
        return _read_varint(message, at)
    if kind in (FIXED32, FIXED64):
        return (4 if kind == FIXED32 else 8), at
    raise ValueError(f"The message has a field of the wire type {kind}.")


def _read_varint(message: memoryview, at: int) -> typing.Tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at + index + 1
    raise ValueError("The message has a number without an end.")


def packed_varints(packed: memoryview) -> np.ndarray:
    """Whole numbers behind each other, as unsigned ones of 64 bits. Raises ValueError if the last has no end."""
    parts = np.frombuffer(packed, np.uint8)
    ends = np.flatnonzero(parts < 0x80)
    if parts.size and (not ends.size or ends[-1] != parts.size - 1):
        raise ValueError("The message has a number without an end.")
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    lengths = ends - starts + 1
    if lengths.size and lengths.max() > _LONGEST_VARINT:
        raise ValueError("The message has a number without an end.")
    values = np.zeros(ends.size, np.uint64)
    for index in range(lengths.max() if lengths.size else 0):
        has = lengths > index
        bits = (parts[starts[has] + index] & 0x7F).astype(np.uint64)
        values[has] |= bits << np.uint64(7 * index)
    return values


def read_entry(entry: memoryview) -> typing.Tuple[str, memoryview]:
    """Key and message of an entry of a map."""
    key, value = "", memoryview(b"")
    for field, _, found in fields(entry):
        if field == 1:
            key = bytes(part(found)).decode()
        elif field == 2:
            value = part(found)
    return key, value
