import { elementCount } from '@slipway/contract';
import type { Answer } from '../protocols/protocol.ts';
import { numberOf, type WireTensor } from './elements.ts';
import type { Case, CaseAnswer, Refusal } from './table.ts';

/** Who answered: a protocol at a door. */
export interface Answered {
  readonly protocol: string;
  readonly door: string;
  readonly answer: Answer;
}

/** What is wrong with an answer, in words; `undefined`: nothing. */
export function findProblem(one: Case, { protocol, door, answer }: Answered): string | undefined {
  const refusal = findEntry(one.refusals, protocol, door);
  if (refusal)
    return 'text' in answer ? wrongRefusal(refusal, answer) : `it answered instead of ${told(refusal)}`;
  if ('text' in answer) return `it refused: ${answer.status} ${answer.text}`;
  if (one.answer === undefined) return 'the table says neither what it answers nor how it refuses';
  return wrongVersion(one.answer, answer.version) ?? wrongOutputs(one.answer, answer.outputs);
}

/** What a table says of a protocol: under its name, or the beginning of it, at this door or at any. */
export function findEntry<T>(
  entries: Readonly<Record<string, T>>,
  protocol: string,
  door: string,
): T | undefined {
  const parts = protocol.split('-');
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join('-');
    for (const key of [`${name} at the ${door}`, name]) if (key in entries) return entries[key];
  }
  return entries['all'];
}

function wrongRefusal(
  expected: Refusal,
  { status, text }: { status: number | string; text: string },
): string | undefined {
  const expectedStatus = typeof status === 'number' ? expected.http : expected.grpc;
  if (status === expectedStatus && text === expected.text) return undefined;
  return `it said ${status} ${text}\n      instead of ${expectedStatus} ${expected.text}`;
}

function told({ http, grpc, text }: Refusal): string {
  return `${http ?? grpc} ${text}`;
}

function wrongVersion({ version }: CaseAnswer, actual: number | undefined): string | undefined {
  if (version === undefined || actual === undefined || version === actual) return undefined;
  return `version ${actual} answered instead of ${version}`;
}

function wrongOutputs({ outputs, tolerance }: CaseAnswer, actual: readonly WireTensor[]): string | undefined {
  const names = (tensors: readonly WireTensor[]) => tensors.map(({ name }) => name).join(', ');
  if (names(actual) !== names(outputs))
    return `the outputs are ${names(actual)} instead of ${names(outputs)}`;
  for (const [index, expected] of outputs.entries()) {
    const problem = wrongTensor(expected, actual[index], tolerance);
    if (problem !== undefined) return `${expected.name}: ${problem}`;
  }
  return undefined;
}

function wrongTensor(
  expected: WireTensor,
  actual: WireTensor | undefined,
  tolerance: number,
): string | undefined {
  if (actual === undefined) return 'it is missing';
  if (actual.datatype !== expected.datatype) return `${actual.datatype} instead of ${expected.datatype}`;
  if (!sameShape(expected.shape, actual.shape)) return `[${actual.shape}] instead of [${expected.shape}]`;
  if (actual.elements.length !== expected.elements.length) {
    return `${actual.elements.length} elements instead of ${expected.elements.length}`;
  }
  const index = expected.elements.findIndex(
    (element, at) => !isSame(expected, element, actual.elements[at], tolerance),
  );
  if (index < 0) return undefined;
  return `element ${index} is ${show(actual, index)} instead of ${show(expected, index)}`;
}

/** Nested arrays show no axis below one that is empty. */
function sameShape(expected: readonly number[], actual: readonly number[]): boolean {
  const isCut = elementCount(expected) === 0 && actual.at(-1) === 0;
  const visible = isCut ? expected.slice(0, actual.length) : expected;
  return visible.length === actual.length && visible.every((size, axis) => size === actual[axis]);
}

function isSame(
  tensor: WireTensor,
  expected: Buffer,
  actual: Buffer | undefined,
  tolerance: number,
): boolean {
  if (actual === undefined) return false;
  if (tolerance === 0) return expected.equals(actual);
  const [one, other] = [numberOf(tensor.datatype, expected), numberOf(tensor.datatype, actual)];
  return Math.abs(Number(one) - Number(other)) <= tolerance;
}

function show({ datatype, elements }: WireTensor, index: number): string {
  const element = elements[index] ?? Buffer.alloc(0);
  const value = datatype === 'BYTES' ? JSON.stringify(element.toString()) : numberOf(datatype, element);
  return `${value} (${element.toString('hex').slice(0, 40)})`;
}

/** The bits of all outputs: the same for every protocol and door. */
export function bitsOf({ answer }: Answered): string {
  if ('text' in answer) return '';
  return answer.outputs
    .map(({ name, elements }) => `${name} ${Buffer.concat(elements).toString('hex')}`)
    .join('\n');
}
