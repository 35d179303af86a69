import type { Fields, Json } from './json.ts';

/** An output of a call of a layer. */
export interface TensorReference {
  readonly layer: string;
  /** Which call of the layer, in the order of `calls`. */
  readonly call: number;
  /** Which output of the call. */
  readonly index: number;
}

/** What a layer is called with: a tensor, a list of such, or a constant. */
export type Argument =
  | { readonly kind: 'tensor'; readonly tensor: TensorReference }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'constant'; readonly value: Json };

/** One use of a layer. */
export interface Call {
  readonly positional: readonly Argument[];
  readonly named: Readonly<Record<string, Argument>>;
}

/** A layer as its configuration has it. */
export interface Layer {
  readonly className: string;
  /** Where Python has the class: `keras.layers`; empty where the file does not say. */
  readonly module: string;
  readonly name: string;
  readonly config: Fields;
  /** Of a model that is a layer: what stands in it. */
  readonly network: Network | undefined;
  readonly calls: readonly Call[];
}

/** A Sequential or a Functional model. */
export interface Network {
  readonly name: string;
  /** In the order of the file. */
  readonly layers: readonly Layer[];
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}

/** The tensors in the arguments of a call. */
export function tensorsIn(argument: Argument): readonly TensorReference[] {
  if (argument.kind === 'tensor') return [argument.tensor];
  return argument.kind === 'list' ? argument.items.flatMap(tensorsIn) : [];
}

/** The tensors that a call takes. */
export function tensorsOfCall({ positional, named }: Call): readonly TensorReference[] {
  return [...positional, ...Object.values(named)].flatMap(tensorsIn);
}
