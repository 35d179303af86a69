import type { Value } from '../value.ts';
import { firstOf, type Pattern, wholeAttribute } from './pattern.ts';

/** A cell of a recurrent network, as a round computes it. */
export interface Cell {
  readonly op: 'LSTM' | 'GRU';
  /** The tensor that a row is taken from in each round, and the number of the row. */
  readonly sequence: Value;
  readonly time: string;
  /** The states before the round, and behind it: the output, and of an LSTM the cell. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** For inputs and states: [inputs, gates * units] and [units, gates * units], gates in TensorFlow's order. */
  readonly kernel: Value;
  readonly recurrent: Value;
  /** Of [gates * units], for inputs and states. */
  readonly bias: Value | undefined;
  readonly recurrentBias: Value | undefined;
  readonly units: number;
}

/** A product of what a round is given with weights, and what is added. */
interface Product {
  readonly input: string;
  readonly weights: Value;
  readonly bias: Value | undefined;
}

/** The cell whose output is this tensor, in the forms that Keras writes; `undefined` for all others. */
export function cellOf(pattern: Pattern, output: string): Cell | undefined {
  return lstm(pattern, output) ?? gru(pattern, output);
}

/** c = f * c + i * tanh(g), h = o * tanh(c), where i, f, g and o are parts of x W + h R + b in this order. */
function lstm(pattern: Pattern, output: string): Cell | undefined {
  const { either, inputs } = pattern;
  const last = firstOf(either(output, 'Mul'), ([a, b]) => {
    const [gate, state] = [inputs(a, 'Sigmoid')?.[0], inputs(b, 'Tanh')?.[0]];
    return gate === undefined || state === undefined ? undefined : { o: gate, state };
  });
  if (last === undefined) return undefined;
  const sum = firstOf(either(last.state, 'Add'), ([a, b]) => {
    const kept = firstOf(either(a, 'Mul'), ([gate, before]) => {
      const f = inputs(gate, 'Sigmoid')?.[0];
      return f === undefined || pattern.maker(before) !== undefined ? undefined : { f, before };
    });
    const added = firstOf(either(b, 'Mul'), ([gate, candidate]) => {
      const [i, g] = [inputs(gate, 'Sigmoid')?.[0], inputs(candidate, 'Tanh')?.[0]];
      return i === undefined || g === undefined ? undefined : { i, g };
    });
    return kept && added && { ...kept, ...added };
  });
  if (sum === undefined) return undefined;
  const parts = partsOf(pattern, [sum.i, sum.f, sum.g, last.o]);
  if (parts === undefined) return undefined;
  const { total, units } = parts;
  const biased = firstOf(either(total, 'Add'), ([inner, added]) => {
    const bias = vector(pattern, added, 4 * units);
    return bias && { inner, bias };
  });
  return firstOf(either(biased?.inner ?? total, 'Add'), ([a, b]) => {
    const [x, h] = [productOf(pattern, a, 4 * units), productOf(pattern, b, 4 * units)];
    const row = x && rowOf(pattern, x.input);
    if (x === undefined || h === undefined || row === undefined || x.bias || h.bias) return undefined;
    return {
      op: 'LSTM' as const,
      ...row,
      before: [h.input, sum.before],
      after: [output, last.state],
      kernel: x.weights,
      recurrent: h.weights,
      bias: biased?.bias,
      recurrentBias: undefined,
      units,
    };
  });
}

/** h = z * h + (1 - z) * tanh(x_h + r * h_h), where x and h are products with biases of their own, in parts z, r, h. */
function gru(pattern: Pattern, output: string): Cell | undefined {
  const { either, inputs } = pattern;
  const mixed = firstOf(either(output, 'Add'), ([a, b]) => {
    const kept = firstOf(either(a, 'Mul'), ([gate, before]) => {
      const z = inputs(gate, 'Sigmoid')?.[0];
      return z === undefined || pattern.maker(before) !== undefined ? undefined : { gate, z, before };
    });
    const added = firstOf(either(b, 'Mul'), ([rest, candidate]) => {
      const [one, gate] = inputs(rest, 'Sub') ?? [];
      const h = inputs(candidate, 'Tanh')?.[0];
      return h === undefined || gate !== kept?.gate || !isOne(pattern, one) ? undefined : { h };
    });
    return kept && added && { ...kept, ...added };
  });
  if (mixed === undefined) return undefined;
  const candidate = firstOf(either(mixed.h, 'Add'), ([x, product]) =>
    firstOf(either(product, 'Mul'), ([gate, h]) => {
      const r = inputs(gate, 'Sigmoid')?.[0];
      return r === undefined ? undefined : { x, r, h };
    }),
  );
  if (candidate === undefined) return undefined;
  return firstOf(either(mixed.z, 'Add'), ([xz, hz]) =>
    firstOf(either(candidate.r, 'Add'), ([xr, hr]) => {
      const [ofX, ofH] = [partsOf(pattern, [xz, xr, candidate.x]), partsOf(pattern, [hz, hr, candidate.h])];
      if (ofX === undefined || ofH === undefined || ofX.units !== ofH.units) return undefined;
      const { units } = ofX;
      const [x, h] = [productOf(pattern, ofX.total, 3 * units), productOf(pattern, ofH.total, 3 * units)];
      const row = x && rowOf(pattern, x.input);
      if (x === undefined || h === undefined || row === undefined || h.input !== mixed.before)
        return undefined;
      return {
        op: 'GRU' as const,
        ...row,
        before: [mixed.before],
        after: [output],
        kernel: x.weights,
        recurrent: h.weights,
        bias: x.bias,
        recurrentBias: h.bias,
        units,
      };
    }),
  );
}

/** What the tensors are equal parts of, one behind the other on the last axis, all of them; and the size of one. */
function partsOf(
  pattern: Pattern,
  parts: readonly string[],
): { readonly total: string; readonly units: number } | undefined {
  const found = parts.map((part) => splitOf(pattern, part) ?? sliceOf(pattern, part));
  const [first] = found;
  if (first === undefined) return undefined;
  const { total, units } = first;
  const fits = found.every(
    (part, index) => part?.total === total && part.units === units && part.start === index * units,
  );
  const whole = pattern.shape(total)?.at(-1) === units * parts.length;
  return fits && whole ? { total, units } : undefined;
}

interface Part {
  readonly total: string;
  readonly start: number;
  readonly units: number;
}

function splitOf(pattern: Pattern, part: string): Part | undefined {
  const made = pattern.maker(part);
  const [total] = made?.node.inputs ?? [];
  if (made?.node.op !== 'Split' || total === undefined) return undefined;
  const axis = wholeAttribute(made.node, 'axis') ?? 0;
  const sizes = made.node.outputs.map((name) => pattern.shape(name)?.at(-1));
  const [units] = sizes;
  const last = axis === -1 || axis === 1;
  if (!last || pattern.shape(total)?.length !== 2 || units == null || sizes.some((size) => size !== units))
    return undefined;
  return { total, start: made.index * units, units };
}

/** A Slice of all rows and of some columns. */
function sliceOf(pattern: Pattern, part: string): Part | undefined {
  const inner = pattern.inputs(part, 'Identity')?.[0];
  if (inner !== undefined) return sliceOf(pattern, inner);
  const [total, ...ranges] = pattern.inputs(part, 'Slice') ?? [];
  const [starts, ends, axes, steps] = ranges.map((range) => pattern.integers(range));
  const size = total === undefined ? undefined : pattern.shape(total);
  if (total === undefined || !starts || !ends || size?.length !== 2 || size[1] == null) return undefined;
  const columns = size[1];
  let found: Part | undefined;
  for (const [at, start] of starts.entries()) {
    const [end, axis] = [ends[at], axes === undefined ? at : axes[at]];
    if (start == null || end == null || (steps !== undefined && steps[at] !== 1)) return undefined;
    if (axis === 0 && (start !== 0 || end < WHOLE)) return undefined;
    if (axis !== 0 && axis !== 1) return undefined;
    if (axis === 1) {
      const stop = Math.min(end < 0 ? end + columns : end, columns);
      found = { total, start, units: stop - start };
    }
  }
  return found;
}

/** An end beyond this is the end of an axis. */
const WHOLE = 2 ** 31 - 1;

function productOf(pattern: Pattern, tensor: string, columns: number): Product | undefined {
  const plain = pattern.inputs(tensor, 'MatMul');
  if (plain !== undefined) {
    const [input, name] = plain;
    const weights = name === undefined ? undefined : pattern.outer(name);
    const fits = weights?.shape?.length === 2 && weights.shape[1] === columns && weights.dtype === 'float32';
    return input !== undefined && weights !== undefined && fits
      ? { input, weights, bias: undefined }
      : undefined;
  }
  return firstOf(pattern.either(tensor, 'Add'), ([inner, added]) => {
    const bias = vector(pattern, added, columns);
    const product = bias && pattern.inputs(inner, 'MatMul') && productOf(pattern, inner, columns);
    return product && { ...product, bias };
  });
}

/** A tensor of one dimension that is the same in each round. */
function vector(pattern: Pattern, tensor: string, size: number): Value | undefined {
  const value = pattern.outer(tensor);
  return value?.shape?.length === 1 && value.shape[0] === size && value.dtype === 'float32'
    ? value
    : undefined;
}

/** The row of a sequence that a round takes. */
function rowOf(pattern: Pattern, tensor: string): { sequence: Value; time: string } | undefined {
  const made = pattern.maker(tensor);
  if (made?.node.op !== 'Gather' || (wholeAttribute(made.node, 'axis') ?? 0) !== 0) return undefined;
  const [from = '', row = ''] = made.node.inputs;
  const sequence = pattern.outer(from);
  const time = pattern.inputs(row, 'Cast')?.[0] ?? row;
  return sequence?.shape?.length === 3 && sequence.dtype === 'float32' ? { sequence, time } : undefined;
}

function isOne(pattern: Pattern, tensor: string | undefined): boolean {
  const constant = tensor === undefined ? undefined : pattern.outer(tensor)?.constant;
  if (!(constant instanceof Uint8Array) || constant.length !== 4) return false;
  return new DataView(constant.buffer, constant.byteOffset, 4).getFloat32(0, true) === 1;
}
