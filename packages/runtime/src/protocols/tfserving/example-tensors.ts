import {
  type Datatype,
  elementCount,
  type Signature,
  SlipwayError,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from '@slipway/contract';
import { toBfloat16 } from '../../json/float-formats.ts';
import { acceptedNames, keyOf } from '../tensor-names.ts';
import { tensorflowType } from './data-types.ts';

/** The values of a feature, which are all of one kind, as in a `tf.train.Feature`. */
export type Feature =
  | { readonly kind: 'float'; readonly values: Float32Array | Float64Array }
  | { readonly kind: 'int64'; readonly values: BigInt64Array }
  | { readonly kind: 'bytes'; readonly values: readonly Uint8Array[] };

/** Features by name, as in a `tf.train.Example`. */
export type Example = ReadonlyMap<string, Feature>;

/**
 * The tensors that a model is run on to answer for `examples`: for each input the feature of its name, one row for each
 * example; of several names, the key counts first. Features that are no inputs are ignored. Where a signature leaves one size open, the number of values decides
 * it. Integers are taken for floating-point inputs too. The errors are those of TensorFlow's parser of examples.
 */
export function examplesToTensors(
  signature: Signature,
  examples: readonly Example[],
): readonly Tensor[] | SlipwayError {
  const { inputs } = acceptedNames(signature);
  const tensors: Tensor[] = [];
  for (const spec of signature.inputs) {
    const names = [...inputs].flatMap(([name, named]) => (named.spec === spec ? [name] : []));
    const tensor = stackFeature(spec, names, examples);
    if (tensor instanceof SlipwayError) return tensor;
    tensors.push(tensor);
  }
  return tensors;
}

function stackFeature(
  spec: TensorSpec,
  names: readonly string[],
  examples: readonly Example[],
): Tensor | SlipwayError {
  const features: Feature[] = [];
  for (const [index, example] of examples.entries()) {
    const name = names.find((one) => example.has(one));
    const feature = name === undefined ? undefined : example.get(name);
    if (feature === undefined) return missing(spec);
    const expected = expectedKind(spec.datatype);
    const fits = feature.kind === expected || (feature.kind === 'int64' && expected === 'float');
    if (!fits) return wrongFeature(spec, index, wrongKind(spec, feature));
    features.push(feature);
  }
  const rowShape = featureShape(spec, features[0]?.values.length ?? 0);
  const rowSize = elementCount(rowShape);
  const odd = features.findIndex(({ values }) => values.length !== rowSize);
  if (odd >= 0) return wrongFeature(spec, odd, wrongSize(features[odd] as Feature, rowShape));
  const data = stack(spec, features, rowSize);
  if (data instanceof SlipwayError) return data;
  return { name: spec.name, datatype: spec.datatype, shape: [features.length, ...rowShape], data };
}

function expectedKind(datatype: Datatype): Feature['kind'] {
  if (datatype === 'BYTES') return 'bytes';
  return datatype === 'FP32' || datatype === 'FP64' || datatype === 'FP16' || datatype === 'BF16'
    ? 'float'
    : 'int64';
}

/** The shape of one example's values: what the signature says, where the first size left open takes all that is left. */
function featureShape(spec: TensorSpec, count: number): readonly number[] {
  const sizes = spec.shape.slice(1);
  const fixed = elementCount(sizes.filter((size) => typeof size === 'number'));
  const open = sizes.findIndex((size) => typeof size !== 'number');
  const left = fixed > 0 ? Math.floor(count / fixed) : 0;
  return sizes.map((size, axis) => (typeof size === 'number' ? size : axis === open ? left : 1));
}

function stack(spec: TensorSpec, features: readonly Feature[], rowSize: number): TensorData | SlipwayError {
  if (spec.datatype === 'BYTES') {
    return features.flatMap((feature) => (feature.kind === 'bytes' ? feature.values : []));
  }
  const rows = features.filter((feature) => feature.kind !== 'bytes');
  if (spec.datatype === 'INT64') return stackLongs(rows, rowSize);
  if (expectedKind(spec.datatype) === 'float') return stackFloats(spec.datatype, rows, rowSize);
  return stackIntegers(spec, rows, rowSize);
}

type Numeric = Exclude<Feature, { readonly kind: 'bytes' }>;

function stackLongs(rows: readonly Numeric[], rowSize: number): BigInt64Array {
  const data = new BigInt64Array(rows.length * rowSize);
  rows.forEach((row, index) => {
    if (row.kind === 'int64') data.set(row.values, index * rowSize);
  });
  return data;
}

function stackFloats(datatype: Datatype, rows: readonly Numeric[], rowSize: number): TensorData {
  const numbers = new Float64Array(rows.length * rowSize);
  rows.forEach((row, index) => {
    numbers.set(row.kind === 'int64' ? Float64Array.from(row.values, Number) : row.values, index * rowSize);
  });
  if (datatype === 'FP64') return numbers;
  if (datatype === 'FP16') return new Uint16Array(Float16Array.from(numbers).buffer);
  const singles = Float32Array.from(numbers);
  return datatype === 'BF16' ? toBfloat16(singles) : singles;
}

/** The other integer datatypes, which TensorFlow's parser of examples does not have. Any number but 0 is true. */
function stackIntegers(
  spec: TensorSpec,
  rows: readonly Numeric[],
  rowSize: number,
): TensorData | SlipwayError {
  const longs = stackLongs(rows, rowSize);
  if (spec.datatype === 'BOOL') return Uint8Array.from(longs, (value) => (value === 0n ? 0 : 1));
  const integers = narrowed(spec.datatype, longs);
  const wrong = longs.findIndex((value, index) => BigInt(integers[index] ?? 0) !== value);
  if (wrong < 0) return integers;
  const problem = `Value ${longs[wrong]} is out of range for ${tensorflowType(spec.datatype).word}`;
  return wrongFeature(spec, Math.floor(wrong / rowSize), problem);
}

/** What is out of range wraps around. */
function narrowed(datatype: Datatype, longs: BigInt64Array): Exclude<TensorData, readonly Uint8Array[]> {
  switch (datatype) {
    case 'UINT64':
      return new BigUint64Array(longs.buffer);
    case 'UINT32':
      return Uint32Array.from(longs, wrapped);
    case 'UINT16':
      return Uint16Array.from(longs, wrapped);
    case 'UINT8':
      return Uint8Array.from(longs, wrapped);
    case 'INT16':
      return Int16Array.from(longs, wrapped);
    case 'INT8':
      return Int8Array.from(longs, wrapped);
    default:
      return Int32Array.from(longs, wrapped);
  }
}

function wrapped(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function missing(spec: TensorSpec): SlipwayError {
  const { word } = tensorflowType(spec.datatype);
  return new SlipwayError(
    'invalid_argument',
    `Name: <unknown>, Feature: ${keyOf(spec)} (data type: ${word}) is required but could not be found.`,
  );
}

function wrongFeature(spec: TensorSpec, index: number, problem: string): SlipwayError {
  const text = `Name: <unknown>, Key: ${keyOf(spec)}, Index: ${index}.  ${problem}`;
  return new SlipwayError('invalid_argument', text);
}

function wrongKind({ datatype }: TensorSpec, { kind }: Feature): string {
  const got = kind === 'bytes' ? 'string' : kind;
  return `Data types don't match. Data type: ${got} but expected type: ${tensorflowType(datatype).word}`;
}

function wrongSize({ kind, values }: Feature, rowShape: readonly number[]): string {
  return `Number of ${kind} values != expected.  Values size: ${values.length} but output shape: [${rowShape}]`;
}
