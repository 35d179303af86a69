import { type Dimension, elementCount, SlipwayError, type TensorSpec } from '@slipway/contract';
import {
  describeSpec,
  type JsonCursor,
  openJson,
  readMembers,
  readTensor,
  type ShapedData,
  skipValue,
} from '@slipway/runtime/batch';

const OPEN_OBJECT = 0x7b;

/**
 * What a row says of each input, in their order; `specs` have the shapes of one row. Columns are found by the names of the inputs. A
 * model with one input also takes a row that is its value alone, and one of columns with other names: their values, in their order,
 * are its elements. Throws `invalid_argument` saying what does not fit.
 */
export function readRow(json: string, specs: readonly TensorSpec[]): readonly ShapedData[] {
  const bytes = Buffer.from(json);
  const [only] = specs;
  if (only !== undefined && specs.length === 1 && bytes[0] !== OPEN_OBJECT) return [readValue(bytes, only)];
  const found = readNamed(bytes, specs);
  if (only !== undefined && specs.length === 1 && found.size === 0) {
    const elements = Object.values(JSON.parse(json, keepNumbers) as object);
    return [readValue(Buffer.from(JSON.stringify(elements)), only)];
  }
  return specs.map((spec) => {
    const value = found.get(spec.name);
    if (value === undefined) throw misfit(spec, 'the row has no column of that name');
    return fitShape(spec, value);
  });
}

/** The compiler does not know them yet: https://tc39.es/proposal-json-parse-with-source/ */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** A number as its text, so that whole ones of 64 bits stay exact. */
function keepNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? rawJson(context.source) : value;
}

function readNamed(bytes: Buffer, specs: readonly TensorSpec[]): ReadonlyMap<string, ShapedData> {
  const cursor = openJson(bytes);
  const found = new Map<string, ShapedData>();
  readMembers(cursor, (key) => {
    const spec = specs.find(({ name }) => name === key);
    if (spec === undefined) {
      skipValue(cursor);
      return;
    }
    const value = readTensor(cursor, spec, key);
    if (value !== undefined) found.set(key, value);
  });
  refuseProblem(cursor);
  return found;
}

function readValue(bytes: Buffer, spec: TensorSpec): ShapedData {
  const cursor = openJson(bytes);
  const value = readTensor(cursor, spec, '');
  refuseProblem(cursor);
  if (value === undefined) throw misfit(spec, 'the row cannot be read');
  return fitShape(spec, value);
}

function refuseProblem({ problem }: JsonCursor): void {
  if (problem === undefined) return;
  const where = problem.path === '' ? '' : `${problem.path}: `;
  throw new SlipwayError('invalid_argument', `${where}${problem.text}.`);
}

/** Where all sizes are fixed the elements may come as one list, or one alone; otherwise the brackets must say the shape. */
function fitShape(spec: TensorSpec, { shape, data }: ShapedData): ShapedData {
  if (spec.shape.every((size): size is number => typeof size === 'number')) {
    const isPlain = shape.length <= 1 || sameShape(spec.shape, shape);
    if (isPlain && elementCount(spec.shape) === data.length) return { shape: spec.shape, data };
  } else if (sameShape(spec.shape, shape)) return { shape, data };
  throw misfit(spec, `the row has a value of shape [${shape.join(', ')}]`);
}

function sameShape(wanted: readonly Dimension[], shape: readonly number[]): boolean {
  return (
    wanted.length === shape.length &&
    wanted.every((size, axis) => typeof size !== 'number' || size === shape[axis])
  );
}

function misfit(spec: TensorSpec, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `Input ${describeSpec(spec)} of a row: ${problem}.`);
}
