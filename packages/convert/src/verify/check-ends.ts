import { SlipwayError } from '@slipway/contract';
import type { RequestedTensor } from '../source/requested.ts';
import type { OpenSession, SessionTensor } from './open-session.ts';

/** What the ends of a result have to be. */
export interface ExpectedEnds {
  readonly inputs: readonly RequestedTensor[];
  readonly outputs: readonly RequestedTensor[];
}

/**
 * Holds a loaded result to what was asked for: the same names, no more and no fewer, and the types and shapes that TensorFlow
 * says. Throws `invalid_model` with everything that differs.
 */
export function checkEnds(expected: ExpectedEnds, { inputs, outputs }: OpenSession): void {
  const problems = [
    ...endProblems('input', expected.inputs, inputs),
    ...endProblems('output', expected.outputs, outputs),
  ];
  if (problems.length === 0) return;
  throw new SlipwayError(
    'invalid_model',
    `The converted model is not what was asked for, and is not registered: ${problems.join('; ')}.`,
    { details: { problems } },
  );
}

function endProblems(
  what: 'input' | 'output',
  expected: readonly RequestedTensor[],
  found: readonly SessionTensor[],
): string[] {
  const names = new Set(expected.map(({ name }) => name));
  const extra = found.filter(({ name }) => !names.has(name));
  return [
    ...extra.map(({ name }) => `it has the ${what} "${name}", which nobody asked for`),
    ...expected.flatMap((wanted) => {
      const tensor = found.find(({ name }) => name === wanted.name);
      return tensor === undefined
        ? [`the ${what} "${wanted.name}" is missing`]
        : tensorProblems(wanted, tensor);
    }),
  ];
}

function tensorProblems(wanted: RequestedTensor, { name, type, dims }: SessionTensor): string[] {
  const problems = [];
  if (wanted.dtype !== null && wanted.dtype !== type) {
    problems.push(`"${name}" is ${type} instead of ${wanted.dtype}`);
  }
  if (!fits(wanted.shape, dims)) {
    problems.push(`"${name}" has the shape ${shapeText(dims)} instead of ${shapeText(wanted.shape ?? [])}`);
  }
  return problems;
}

/** True if both may be of one tensor. ONNX Runtime shows a shape of any rank as an empty one. */
function fits(wanted: RequestedTensor['shape'], dims: readonly (number | null)[]): boolean {
  if (wanted === null || dims.length === 0) return true;
  if (wanted.length !== dims.length) return false;
  return wanted.every((size, index) => size === null || dims[index] === null || size === dims[index]);
}

function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}
