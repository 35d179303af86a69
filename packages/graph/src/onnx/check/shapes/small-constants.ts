import { GraphError } from '../../../graph-error.ts';
import { loadElements } from '../../load-elements.ts';
import type { Tensor } from '../../model.ts';
import { elementCount, sizeProblem } from '../../tensor-size.ts';
import { type Dims, MOST_ELEMENTS } from './shape.ts';

/** Elements of small constants, each read once; `undefined` where a tensor is of another kind, or larger. */
export interface SmallConstants {
  wholeNumbers(tensor: Tensor): Dims | undefined;
  floats(tensor: Tensor): readonly number[] | undefined;
}

/** Tensors that are read, the most: a file that is damaged on purpose has millions. */
const MOST_READS = 10_000;

/** Reads no weights: tensors of at most one axis and 256 elements, and only those that a shape is computed from. */
export function smallConstants(report: (why: string) => void): SmallConstants {
  const read = new Map<Tensor, readonly number[] | undefined>();
  const elements = (tensor: Tensor): readonly number[] | undefined => {
    if (read.has(tensor)) return read.get(tensor);
    if (read.size >= MOST_READS) return undefined;
    const found = load(tensor, report);
    read.set(tensor, found);
    return found;
  };
  return {
    wholeNumbers: (tensor) => (tensor.elementType === 'float' ? undefined : elements(tensor)),
    floats: (tensor) => (tensor.elementType === 'float' ? elements(tensor) : undefined),
  };
}

function load(tensor: Tensor, report: (why: string) => void): readonly number[] | undefined {
  const count = elementCount(tensor.dims);
  const width = { float: 4, int32: 4, int64: 8 }[tensor.elementType as string];
  if (width === undefined || count === undefined || count > MOST_ELEMENTS || tensor.dims.length > 1)
    return undefined;
  if (sizeProblem(tensor) !== undefined) return undefined;
  try {
    const bytes = loadElements(tensor);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: count }, (_, index) => {
      if (tensor.elementType === 'float') return view.getFloat32(index * width, true);
      return width === 4 ? view.getInt32(index * width, true) : Number(view.getBigInt64(index * width, true));
    });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    report(error.message);
    return undefined;
  }
}
