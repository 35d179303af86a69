import { NotConverted } from '../../import/refuse.ts';
import type { Attributes, Builder, Made, Shape, Tensor } from '../graph/builder.ts';
import type { Settings } from './settings.ts';

/** A variable of a layer. */
export interface WeightSlot {
  /** As Keras calls it: `kernel`. With several of a name, what they belong to stands before: `forward/kernel`. */
  readonly name: string;
  /** What another generation of Keras calls it. */
  readonly otherName?: string;
  /** Where an archive has it below its layer: empty, or `cell`. */
  readonly folder: string;
  /** What the layer's settings say of its sizes; `null` where they say nothing. */
  readonly shape: Shape | null;
  /** Whether training changes it by gradients: files have those first. */
  readonly trained: boolean;
}

/** An argument of a call: tensors, lists of them, or a constant. */
export type Value =
  | Tensor
  | readonly Value[]
  | number
  | string
  | boolean
  | null
  | { readonly [name: string]: unknown };

/** One call of a layer that is to become nodes. */
export interface LayerCall {
  readonly builder: Builder;
  /** What the names of its nodes begin with. */
  readonly scope: string;
  readonly settings: Settings;
  /** The tensors of its positional arguments, in the type that the layer computes in. */
  readonly inputs: readonly Tensor[];
  readonly positional: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
  /** A variable of the layer by its slot's name. */
  readonly weight: (name: string) => Tensor;
  /** The generation of Keras that wrote the file: some layers have changed. */
  readonly keras: 2 | 3;
}

/** How layers of one class become nodes. */
export interface LayerKind {
  /** Its variables in Keras's order. */
  readonly weights?: (settings: Settings) => readonly WeightSlot[];
  /** Throws `NotConverted`. */
  readonly call: (call: LayerCall) => Tensor | readonly Tensor[];
  /** Whether what it gives has the mask of what it takes. */
  readonly keepsMask?: boolean;
  /** Whether it computes the same when it trains: only these may be called as in training. */
  readonly ignoresTraining?: boolean;
}

export type LayerKinds = Readonly<Record<string, LayerKind>>;

/** Of a layer with one input: that input. */
export function only({ inputs }: LayerCall): Tensor {
  const [first] = inputs;
  if (inputs.length === 1 && first !== undefined) return first;
  throw new NotConverted(`It is called with ${inputs.length} tensors.`, 'Call it with one.');
}

/** As `only`, of that many dimensions with the batch. */
export function ranked(call: LayerCall, rank: number): Tensor {
  const x = only(call);
  if (x.shape.length === rank) return x;
  throw new NotConverted(
    `It takes ${rank} dimensions, and is given ${x.shape.length}.`,
    'Save the model again.',
  );
}

/** Adds a node of the call. */
export function emit(
  { builder, scope }: LayerCall,
  op: string,
  inputs: readonly Tensor[],
  made: Made,
  attributes?: Attributes,
): Tensor {
  return builder.add(scope, op, inputs, made, attributes);
}

/** Adds a node whose result has type and shape of its first input. */
export function same(
  call: LayerCall,
  op: string,
  inputs: readonly Tensor[],
  attributes?: Attributes,
): Tensor {
  const { dtype, shape } = inputs[0] as Tensor;
  return emit(call, op, inputs, { dtype, shape }, attributes);
}

/** A number as a constant in the type of a tensor. */
export function scalar({ builder, scope }: LayerCall, value: number, like: Tensor): Tensor {
  return builder.constant(scope, [value], like.dtype, []);
}

/** Whole numbers as a constant, as shapes and axes are. */
export function indices({ builder, scope }: LayerCall, values: readonly number[]): Tensor {
  return builder.constant(scope, values, 'int32');
}

/** A slot of the layer itself. */
export function slot(name: string, shape: Shape | null, trained = true): WeightSlot {
  return { name, folder: '', shape, trained };
}
