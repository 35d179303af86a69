import {
  type DenseData,
  type DenseDatatype,
  ELEMENT_ARRAYS,
  elementCount,
  type Signature,
  type Tensor,
  type TensorData,
  type TensorSpec,
  toSlipwayError,
} from '@slipway/contract';
import {
  type EngineSession,
  finishJson,
  putTensor,
  putText,
  type ShapedData,
  startJson,
} from '@slipway/runtime/batch';

/** Rows in one run: more make none of them cheaper, and all of them wait. */
export const MOST_ROWS = 128;

/** What a row has for each input, or why it cannot be scored. */
export type RowInputs = readonly ShapedData[] | { readonly reason: string };

/** The JSON of a row's outputs, or why there are none. */
export type RowOutputs = string | { readonly reason: string };

/** True if the model takes any number of rows at once: all first dimensions are free. */
export function takesRows({ inputs, outputs }: Signature): boolean {
  return [...inputs, ...outputs].every(({ shape }) => shape.length > 0 && typeof shape[0] !== 'number');
}

/** An input as one row of it is: without the dimension of the rows, or without a first one of size 1. */
export function rowSpec(spec: TensorSpec, hasRows: boolean): TensorSpec {
  return hasRows || spec.shape[0] === 1 ? { ...spec, shape: spec.shape.slice(1) } : spec;
}

/** Runs rows through a model, up to `most` at once where it takes them; one that the model refuses does not harm the others. */
export function scoreRows(
  session: EngineSession,
  rows: readonly RowInputs[],
  most: number,
): readonly RowOutputs[] {
  const hasRows = takesRows(session.signature);
  const results: RowOutputs[] = rows.map((row) => ('reason' in row ? row : { reason: '' }));
  const good = rows.flatMap((row, index) => ('reason' in row ? [] : [{ index, row }]));
  for (const group of groups(good, hasRows ? most : 1)) {
    for (const [index, outputs] of runGroup(session, group, hasRows)) results[index] = outputs;
  }
  return results;
}

interface Row {
  readonly index: number;
  readonly row: readonly ShapedData[];
}

/** Rows behind each other whose shapes are the same. */
function* groups(rows: readonly Row[], most: number): Generator<readonly Row[]> {
  let group: Row[] = [];
  for (const one of rows) {
    const [first] = group;
    if (first !== undefined && (group.length === most || !sameShapes(first.row, one.row))) {
      yield group;
      group = [];
    }
    group.push(one);
  }
  if (group.length > 0) yield group;
}

function sameShapes(one: readonly ShapedData[], other: readonly ShapedData[]): boolean {
  return one.every(({ shape }, index) => shape.join() === other[index]?.shape.join());
}

function* runGroup(
  session: EngineSession,
  group: readonly Row[],
  hasRows: boolean,
): Generator<readonly [index: number, outputs: RowOutputs]> {
  const { inputs, outputs } = session.signature;
  try {
    const tensors = inputs.map((spec, input) =>
      stack(
        spec,
        group.map(({ row }) => row[input] as ShapedData),
        hasRows,
      ),
    );
    const results = session.run(
      tensors,
      outputs.map(({ name }) => name),
    );
    // An output that does not go by rows cannot be told apart.
    if (hasRows && results.some(({ shape }) => shape[0] !== group.length)) {
      if (group.length > 1) yield* oneByOne(session, group, hasRows);
      else for (const { index } of group) yield [index, outputsJson(results)];
      return;
    }
    for (const [at, { index }] of group.entries()) {
      yield [index, outputsJson(results.map((tensor) => (hasRows ? rowOf(tensor, at) : withoutRow(tensor))))];
    }
  } catch (thrown) {
    if (group.length > 1) yield* oneByOne(session, group, hasRows);
    else for (const { index } of group) yield [index, { reason: toSlipwayError(thrown).message }];
  }
}

function* oneByOne(session: EngineSession, group: readonly Row[], hasRows: boolean) {
  for (const one of group) yield* runGroup(session, [one], hasRows);
}

function stack(spec: TensorSpec, rows: readonly ShapedData[], hasRows: boolean): Tensor {
  const { name, datatype } = spec;
  const shape = rows[0]?.shape ?? [];
  if (!hasRows) {
    const whole = spec.shape[0] === 1 ? [1, ...shape] : shape;
    return { name, datatype, shape: whole, data: rows[0]?.data ?? [] };
  }
  const whole = [rows.length, ...shape];
  if (datatype === 'BYTES') {
    return { name, datatype, shape: whole, data: rows.flatMap(({ data }) => data as readonly Uint8Array[]) };
  }
  return { name, datatype, shape: whole, data: joined(datatype, rows, elementCount(shape)) };
}

function joined(datatype: DenseDatatype, rows: readonly ShapedData[], each: number): DenseData {
  const all = new ELEMENT_ARRAYS[datatype](rows.length * each);
  for (const [at, { data }] of rows.entries()) all.set(data as never, at * each);
  return all;
}

function rowOf(tensor: Tensor, at: number): Tensor {
  const shape = tensor.shape.slice(1);
  const each = elementCount(shape);
  return { ...tensor, shape, data: tensor.data.slice(at * each, (at + 1) * each) as TensorData };
}

function withoutRow(tensor: Tensor): Tensor {
  return tensor.shape[0] === 1 ? { ...tensor, shape: tensor.shape.slice(1) } : tensor;
}

function outputsJson(tensors: readonly Tensor[]): string {
  const output = startJson();
  for (const [at, tensor] of tensors.entries()) {
    putText(output, `${at === 0 ? '{' : ','}${JSON.stringify(tensor.name)}:`);
    putTensor(output, tensor);
  }
  putText(output, '}');
  return finishJson(output).toString();
}
