import type { Datatype, SlipwayError, TensorData } from '@slipway/contract';
import type { Elements } from '../../../../json/elements.ts';
import { nextField, readBytes, skipField, type WireReader } from '../../../../protobuf/reader.ts';
import {
  emptyElements,
  readBoolElements,
  readFixedElements,
  readLongElements,
  readSmallElements,
  takeElements,
} from '../../../../protobuf/repeated.ts';
import type { InputContent } from '../../check-inputs.ts';
import { invalid } from '../../refusals.ts';

/** The typed elements of an input, each kind in the list that the message has for it. */
export interface TypedContents {
  bool: Elements<Uint8Array> | undefined;
  int: Elements<Int32Array> | undefined;
  int64: Elements<BigInt64Array> | undefined;
  uint: Elements<Uint32Array> | undefined;
  uint64: Elements<BigUint64Array> | undefined;
  fp32: Elements<Float32Array> | undefined;
  fp64: Elements<Float64Array> | undefined;
  bytes: Uint8Array[] | undefined;
}

/** Reads an `InferTensorContents` from inside it. */
export function readContents(reader: WireReader): TypedContents {
  const contents: TypedContents = {
    bool: undefined,
    int: undefined,
    int64: undefined,
    uint: undefined,
    uint64: undefined,
    fp32: undefined,
    fp64: undefined,
    bytes: undefined,
  };
  while (nextField(reader)) readList(reader, contents);
  return contents;
}

function readList(reader: WireReader, contents: TypedContents): void {
  const { field } = reader;
  if (field === 1) {
    contents.bool ??= emptyElements(Uint8Array);
    readBoolElements(reader, 'bool_contents', contents.bool);
  } else if (field === 2) {
    contents.int ??= emptyElements(Int32Array);
    readSmallElements(reader, 'int_contents', contents.int);
  } else if (field === 3) {
    contents.int64 ??= emptyElements(BigInt64Array);
    readLongElements(reader, 'int64_contents', contents.int64);
  } else if (field === 4) {
    contents.uint ??= emptyElements(Uint32Array);
    readSmallElements(reader, 'uint_contents', contents.uint);
  } else if (field === 5) {
    contents.uint64 ??= emptyElements(BigUint64Array);
    readLongElements(reader, 'uint64_contents', contents.uint64);
  } else if (field === 6) {
    contents.fp32 ??= emptyElements(Float32Array);
    readFixedElements(reader, 'fp32_contents', contents.fp32);
  } else if (field === 7) {
    contents.fp64 ??= emptyElements(Float64Array);
    readFixedElements(reader, 'fp64_contents', contents.fp64);
  } else if (field === 8) {
    contents.bytes ??= [];
    contents.bytes.push(readBytes(reader, 'bytes_contents'));
  } else skipField(reader);
}

/** A list that has elements: the datatype it is for, and the elements as one of the datatypes that it may hold. */
interface FilledList {
  readonly datatype: Datatype;
  readonly take: Readonly<Partial<Record<Datatype, () => TensorData>>>;
}

/**
 * The elements for an input of that datatype; of integers below 32 bits the lowest bits are taken, as the stock server
 * does. No list at all is an input without elements. The error says that the list is one for another datatype, or
 * that there are two. `where` names the input and the model.
 */
export function typedContent(
  contents: TypedContents,
  datatype: Datatype,
  where: string,
): InputContent | SlipwayError {
  const [list, other] = filledLists(contents);
  if (list === undefined) return { form: 'raw', bytes: new Uint8Array(0) };
  const take = list.take[datatype];
  const unexpected = `unexpected explicit tensor data for ${where}`;
  if (take === undefined) {
    return invalid(`${unexpected} of type '${list.datatype}', expected datatype '${datatype}'`);
  }
  if (other !== undefined) return invalid(`${unexpected}, binary data was already supplied.`);
  return { form: 'elements', data: take() };
}

/** In the order in which the stock server looks at them. */
function filledLists(contents: TypedContents): readonly FilledList[] {
  const { bool, int, int64, uint, uint64, fp32, fp64, bytes } = contents;
  const lists: FilledList[] = [];
  if (bool?.length) lists.push({ datatype: 'BOOL', take: { BOOL: () => takeElements(bool) } });
  if (int?.length) {
    lists.push({
      datatype: 'INT32',
      take: {
        INT8: () => new Int8Array(takeElements(int)),
        INT16: () => new Int16Array(takeElements(int)),
        INT32: () => takeElements(int),
      },
    });
  }
  if (int64?.length) lists.push({ datatype: 'INT64', take: { INT64: () => takeElements(int64) } });
  if (uint?.length) {
    lists.push({
      datatype: 'UINT32',
      take: {
        UINT8: () => new Uint8Array(takeElements(uint)),
        UINT16: () => new Uint16Array(takeElements(uint)),
        UINT32: () => takeElements(uint),
      },
    });
  }
  if (uint64?.length) lists.push({ datatype: 'UINT64', take: { UINT64: () => takeElements(uint64) } });
  if (fp32?.length) lists.push({ datatype: 'FP32', take: { FP32: () => takeElements(fp32) } });
  if (fp64?.length) lists.push({ datatype: 'FP64', take: { FP64: () => takeElements(fp64) } });
  if (bytes?.length) lists.push({ datatype: 'BYTES', take: { BYTES: () => bytes } });
  return lists;
}
