import type { Bytes } from './bytes.ts';
import type { ElementType } from './element-types.ts';

// The names of ONNX's own messages, as plain data. A field that is absent in the file is `undefined` here, and absent
// again when it is written; `unknown` holds the fields that this package does not know, and they are written back.

/** A field as protobuf wrote it: its number, wire type, and the bytes behind the tag. */
export interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  readonly data: Uint8Array;
}

interface Message {
  readonly unknown?: readonly UnknownField[] | undefined;
}

export interface OnnxModel extends Message {
  readonly irVersion?: number | undefined;
  readonly producerName?: string | undefined;
  readonly producerVersion?: string | undefined;
  readonly domain?: string | undefined;
  readonly modelVersion?: bigint | undefined;
  readonly docString?: string | undefined;
  readonly graph: Graph;
  readonly opsets: readonly OperatorSet[];
  readonly metadata: readonly Entry[];
  readonly functions: readonly ModelFunction[];
}

export interface OperatorSet extends Message {
  /** Absent or empty: ONNX's own operators. */
  readonly domain?: string | undefined;
  readonly version?: number | undefined;
}

export interface Entry extends Message {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

export interface Graph extends Message {
  readonly name?: string | undefined;
  /** Each after the nodes whose outputs it takes. */
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly sparseInitializers: readonly SparseTensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
  readonly annotations: readonly Annotation[];
  readonly docString?: string | undefined;
  readonly metadata: readonly Entry[];
}

/** What is said of a tensor's quantization: the names of the tensors that hold its parameters. */
export interface Annotation extends Message {
  readonly tensor?: string | undefined;
  readonly parameters: readonly Entry[];
}

export interface Node extends Message {
  readonly name?: string | undefined;
  readonly op?: string | undefined;
  readonly domain?: string | undefined;
  readonly overload?: string | undefined;
  /** Names of tensors; an optional one that is left out is empty. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly docString?: string | undefined;
  readonly metadata: readonly Entry[];
}

export interface Attribute extends Message {
  readonly name?: string | undefined;
  readonly docString?: string | undefined;
  readonly value: AttributeValue;
}

export type AttributeValue =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'sparse_tensor'; readonly value: SparseTensor }
  | { readonly kind: 'type'; readonly value: ValueType }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly Uint8Array[] }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'sparse_tensors'; readonly value: readonly SparseTensor[] }
  | { readonly kind: 'types'; readonly value: readonly ValueType[] }
  /** In a function: the attribute of the call with this name. `type` is a number of AttributeProto.AttributeType. */
  | { readonly kind: 'reference'; readonly value: string; readonly type: number };

export type AttributeKind = AttributeValue['kind'];

export interface ModelFunction extends Message {
  readonly name?: string | undefined;
  readonly domain?: string | undefined;
  readonly overload?: string | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of attributes that a call must give. */
  readonly attributes: readonly string[];
  /** Attributes with a default. */
  readonly defaults: readonly Attribute[];
  readonly nodes: readonly Node[];
  readonly opsets: readonly OperatorSet[];
  readonly valueInfo: readonly ValueInfo[];
  readonly docString?: string | undefined;
  readonly metadata: readonly Entry[];
}

export interface Tensor extends Message {
  readonly name?: string | undefined;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
  readonly docString?: string | undefined;
  readonly metadata: readonly Entry[];
  /** The file says in so many words that the elements are in the model. */
  readonly saysInside?: boolean | undefined;
}

/**
 * - `raw`: the elements as they lie in memory, little endian.
 * - `packed`: as protobuf packs them in the field with that name.
 * - `external`: raw, in a file beside the model.
 * - `none`: the file has no elements, as a tensor of none may.
 */
export type TensorData =
  | { readonly form: 'raw'; readonly bytes: Bytes }
  | { readonly form: 'packed'; readonly field: PackedField; readonly bytes: Bytes }
  | { readonly form: 'strings'; readonly values: readonly Uint8Array[] }
  | { readonly form: 'external'; readonly bytes: Bytes; readonly location: string }
  | { readonly form: 'none' };

export type PackedField = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data';

export interface SparseTensor extends Message {
  /** Carries the name. */
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly dims: readonly number[];
}

export interface ValueInfo extends Message {
  readonly name?: string | undefined;
  readonly type?: ValueType | undefined;
  readonly docString?: string | undefined;
  readonly metadata: readonly Entry[];
}

interface TypeMessage extends Message {
  readonly denotation?: string | undefined;
  /** Fields of the message inside the type. */
  readonly innerUnknown?: readonly UnknownField[] | undefined;
}

export type ValueType = TensorType | NestedType | MapType | OpaqueType | NoType;

export interface TensorType extends TypeMessage {
  readonly kind: 'tensor' | 'sparse_tensor';
  readonly elementType?: ElementType | undefined;
  /** Absent: of unknown rank. */
  readonly shape?: Shape | undefined;
}

export interface Shape extends Message {
  readonly dims: readonly Dimension[];
}

/** A size, the name of one that callers choose, or neither: unknown. */
export interface Dimension extends Message {
  readonly size?: number | string | undefined;
  readonly denotation?: string | undefined;
}

export interface NestedType extends TypeMessage {
  readonly kind: 'sequence' | 'optional';
  readonly element?: ValueType | undefined;
}

export interface MapType extends TypeMessage {
  readonly kind: 'map';
  readonly key?: ElementType | undefined;
  readonly element?: ValueType | undefined;
}

export interface OpaqueType extends TypeMessage {
  readonly kind: 'opaque';
  readonly domain?: string | undefined;
  readonly name?: string | undefined;
}

/** The message is there and empty. */
export interface NoType extends TypeMessage {
  readonly kind: 'none';
}
