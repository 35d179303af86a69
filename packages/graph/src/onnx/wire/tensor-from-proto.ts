import type { StringStringEntryProto, TensorProto } from '../../generated/onnx/onnx_pb.ts';
import { GraphError } from '../../graph-error.ts';
import type { Bytes } from '../bytes.ts';
import { elementTypeOf } from '../element-types.ts';
import type { Entry, PackedField, Tensor, TensorData } from '../model.ts';
import { sizeProblem } from '../tensor-size.ts';
import { unknownOf, wholeNumber } from './whole-number.ts';

/** Where the elements of tensors are found. */
export interface TensorSource {
  readonly path: string;
  /** The node or graph that is being read, for errors. */
  readonly place: string;
  readonly pieces: readonly Bytes[];
  /** A range of a file beside the model; throws `invalid_file`. Without a length, up to the end of the file. */
  external(location: string, offset: number, length: number | undefined): Bytes;
}

const PACKED: readonly PackedField[] = ['floatData', 'int32Data', 'int64Data', 'doubleData', 'uint64Data'];
const EXTERNAL = 1;

/** Makes the plain value of a tensor, and refuses one whose elements are not as many as its shape says. */
export function tensorFrom(proto: TensorProto, source: TensorSource): Tensor {
  const refuse = (why: string): never => {
    const said = `${source.path}, ${source.place}: the tensor ${proto.name ?? ''} ${why}.`;
    throw new GraphError('invalid_file', said);
  };
  const elementType = elementTypeOf(proto.dataType ?? 0);
  if (elementType === undefined) return refuse(`has the unknown element type ${proto.dataType}`);
  const dims = proto.dims.map((dim) => wholeNumber(dim, `A dimension of the tensor ${proto.name ?? ''}`));
  const external = proto.dataLocation === EXTERNAL;
  const tensor: Tensor = {
    name: proto.name,
    elementType,
    dims,
    data: external ? externalData(proto, source, refuse) : insideData(proto, source, refuse),
    docString: proto.docString,
    metadata: proto.metadataProps.map(entryFrom),
    ...(proto.dataLocation === 0 ? { saysInside: true } : {}),
    ...unknownOf(proto),
  };
  const problem = sizeProblem(tensor);
  if (problem !== undefined) refuse(problem);
  return tensor;
}

function insideData(proto: TensorProto, source: TensorSource, refuse: (why: string) => never): TensorData {
  const piece = (ordinal: Uint8Array): Bytes => {
    let number = 0;
    for (const [index, byte] of ordinal.entries()) number += (byte & 0x7f) * 128 ** index;
    return source.pieces[number] ?? refuse('has no elements');
  };
  const found: TensorData[] = [];
  if (proto.rawData !== undefined) found.push({ form: 'raw', bytes: piece(proto.rawData) });
  for (const field of PACKED) {
    const ordinal = proto[field];
    if (ordinal !== undefined) found.push({ form: 'packed', field, bytes: piece(ordinal) });
  }
  if (proto.stringData.length > 0) found.push({ form: 'strings', values: proto.stringData });
  if (found.length > 1) return refuse('has its elements in more than one field');
  return found[0] ?? { form: 'none' };
}

function externalData(proto: TensorProto, source: TensorSource, refuse: (why: string) => never): TensorData {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key ?? '', value ?? '']));
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : refuse(`has the ${key} ${text}`);
  };
  const location = entries.get('location') ?? refuse('lies in another file, and no location is given');
  return {
    form: 'external',
    location,
    bytes: source.external(location, number('offset') ?? 0, number('length')),
  };
}

export function entryFrom(proto: StringStringEntryProto): Entry {
  return { key: proto.key, value: proto.value, ...unknownOf(proto) };
}
