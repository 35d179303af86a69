"""TensorFlow's numbers of data types, and how their elements lie in a TensorProto.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/types.proto and tensor.proto
"""

import typing

import numpy as np

DT_FLOAT = 1
DT_DOUBLE = 2
DT_INT32 = 3
DT_UINT8 = 4
DT_INT16 = 5
DT_INT8 = 6
DT_STRING = 7
DT_INT64 = 9
DT_BOOL = 10
DT_BFLOAT16 = 14
DT_UINT16 = 17
DT_HALF = 19
DT_UINT32 = 22
DT_UINT64 = 23


class DataType(typing.NamedTuple):
    """A type whose elements all have the same size."""

    number: int
    # Of an element as raw bytes have it; numpy has no bfloat16, whose bits these are.
    raw: str
    # The field of typed values.
    field: int


DENSE = (
    DataType(DT_FLOAT, "<f4", 5),
    DataType(DT_DOUBLE, "<f8", 6),
    DataType(DT_INT32, "<i4", 7),
    DataType(DT_UINT8, "|u1", 7),
    DataType(DT_INT16, "<i2", 7),
    DataType(DT_INT8, "|i1", 7),
    DataType(DT_INT64, "<i8", 10),
    DataType(DT_BOOL, "|b1", 11),
    DataType(DT_BFLOAT16, "<u2", 13),
    DataType(DT_UINT16, "<u2", 7),
    DataType(DT_HALF, "<f2", 13),
    DataType(DT_UINT32, "<u4", 16),
    DataType(DT_UINT64, "<u8", 17),
)


def of_number(number: int) -> DataType:
    """Raises ValueError for a type that has no place here."""
    for data_type in DENSE:
        if data_type.number == number:
            return data_type
    raise ValueError(f"{number} is no data type that this client knows.")


def of_array(array: np.ndarray) -> DataType:
    """The type that an array of numpy's is sent as. Raises TypeError where there is none."""
    raw = array.dtype.newbyteorder("<").str
    for data_type in DENSE:
        if data_type.raw == raw and data_type.number != DT_BFLOAT16:
            return data_type
    raise TypeError(f"An array of {array.dtype} cannot be sent: TensorFlow has no such type.")
