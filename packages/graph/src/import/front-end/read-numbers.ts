import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';
import { readConstant } from '../../tensorflow/constant.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import type { Numbers } from './abstract.ts';
import type { Algebra } from './expression.ts';
import { kindOf, MOST_NUMBERS, notSaid } from './step.ts';

const READERS: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  bool: (view, at) => view.getUint8(at),
};

/** The numbers of a small constant. Throws `NotConverted` for what is no size, no offset and no mean. */
export function readNumbers(node: NodeDef, algebra: Algebra): Numbers {
  const value = node.attr['value']?.value;
  if (value?.case !== 'tensor') throw notSaid('The constant has no value.');
  const count = elementCount((value.value.tensorShape?.dim ?? []).map(({ size }) => Number(size)));
  if (!(count <= MOST_NUMBERS))
    throw notSaid(`It is a constant of ${count} numbers, and a declaration has one for each channel.`);
  const { dtype, shape, values } = readConstant(`node ${quoted(node.name)}`, value.value);
  const read = READERS[dtype.name];
  if (read === undefined || !(values instanceof Uint8Array))
    throw notSaid(`It is a constant of ${dtype.name}.`);
  const kind = kindOf(dtype.name);
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const elements = Array.from({ length: count }, (_, index) =>
    algebra.number(kind, read(view, index * (dtype.size ?? 0))),
  );
  return { kind: 'numbers', dtype: dtype.name, shape, elements };
}
