import type { Preprocessing } from '../pipeline/pipeline.ts';
import type { RestoredNetwork } from './restore-network.ts';

/** A tensor that is going to be there when the model is served: what it is, and how it comes to be. */
export interface SymbolicTensor {
  /** `scope/op:0`, as clients send it. */
  readonly name: string;
  readonly datatype: 'string' | 'float32';
  /** `null` stands for the batch. */
  readonly shape: readonly (number | null)[];
  readonly made: Making;
}

export type Making =
  | { readonly by: 'placeholder' }
  | { readonly by: 'preprocessing'; readonly from: SymbolicTensor; readonly preprocessing: Preprocessing }
  | { readonly by: 'featurizer'; readonly from: SymbolicTensor; readonly network: NetworkInGraph }
  | {
      readonly by: 'classifier';
      readonly from: SymbolicTensor;
      readonly network: NetworkInGraph;
      readonly scope: string;
    };

/** The network whose featurizer or classifier a tensor is of. */
export interface NetworkInGraph {
  /** Throws `conflict` before its weights are restored. */
  readonly restored: RestoredNetwork;
}

export function symbolicTensor(tensor: SymbolicTensor): SymbolicTensor {
  return Object.freeze({
    ...tensor,
    shape: Object.freeze([...tensor.shape]),
    made: Object.freeze(tensor.made),
  });
}

/** The placeholder that a tensor is computed from. */
export function rootOf(tensor: SymbolicTensor): SymbolicTensor {
  let root = tensor;
  while (root.made.by !== 'placeholder') root = root.made.from;
  return root;
}

/** As messages have it: `Placeholder:0, string [?]`. */
export function describeTensor({ name, datatype, shape }: SymbolicTensor): string {
  return `${name}, ${datatype} [${shape.map((size) => size ?? '?').join(', ')}]`;
}
