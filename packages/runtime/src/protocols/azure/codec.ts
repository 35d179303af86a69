import { type Signature, SlipwayError, type Tensor, type TensorSpec } from '@slipway/contract';
import {
  accept,
  BYTE,
  fail,
  failExpecting,
  failedInside,
  type JsonCursor,
  openJson,
  peek,
} from '../../json/cursor.ts';
import { finishJson, putAscii, reserve, startJson } from '../../json/output.ts';
import { readText } from '../../json/read-strings.ts';
import { readTensor } from '../../json/read-tensor.ts';
import { putString } from '../../json/write-strings.ts';
import { putTensor } from '../../json/write-tensor.ts';
import { acceptedNames, answerNaming, keyOf, type NamedSpec, type Naming } from '../tensor-names.ts';

/** What a body of `/score` asks for. */
export interface ScoreCall {
  readonly inputs: readonly Tensor[];
  /** The outputs that were asked for, as the model names them, and as the caller does; absent: all. */
  readonly outputs: readonly string[] | undefined;
  readonly outputNames: readonly string[] | undefined;
  /** The way to name outputs that were not asked for. */
  readonly naming: Naming;
}

interface ScoreBody {
  inputs: Tensor[] | undefined;
  outputNames: string[] | undefined;
  /** How the inputs were named. */
  readonly used: NamedSpec[];
}

/**
 * Reads `{"data": …}`, for a model with one input, or `{"inputs": {name: …}}`, either with `"outputs": [names]`. The
 * error is `invalid_argument` and says which field is wrong, why, and at which byte. That all inputs are there and have
 * the right shape is the data plane's to check.
 */
export function decodeScore(body: Uint8Array, signature: Signature): ScoreCall | SlipwayError {
  const cursor = openJson(body);
  const read: ScoreBody = { inputs: undefined, outputNames: undefined, used: [] };
  readMembers(cursor, 'the body', (key) => readField(cursor, key, signature, read));
  peek(cursor);
  if (cursor.offset < body.length) failExpecting(cursor, 'the end of the body');
  if (cursor.problem === undefined && read.inputs === undefined) {
    fail(cursor, `the body has neither ${takes(signature)}`);
  }
  if (cursor.problem === undefined) return toCall(read, signature);
  const { text, path, offset } = cursor.problem;
  const message = path === '' ? `The body is not valid: ${text}` : `${path}: ${text}`;
  return new SlipwayError('invalid_argument', `${message} (at byte ${offset}).`, {
    details: { field: path, offset },
  });
}

/** That an output is not there is the data plane's to say. */
function toCall({ inputs, outputNames: asked, used }: ScoreBody, signature: Signature): ScoreCall {
  const known = acceptedNames(signature).outputs;
  // No names are all of them, for the data plane too.
  const outputNames = asked?.length === 0 ? undefined : asked;
  const outputs = outputNames?.map((name) => known.get(name)?.spec.name ?? name);
  return { inputs: inputs ?? [], outputs, outputNames, naming: answerNaming(used, 'key') };
}

function readField(cursor: JsonCursor, key: string, signature: Signature, read: ScoreBody): void {
  if ((key === 'data' || key === 'inputs') && read.inputs !== undefined) {
    fail(cursor, 'give either "data" or "inputs", not both');
  } else if (key === 'data') read.inputs = readData(cursor, signature);
  else if (key === 'inputs') read.inputs = readInputs(cursor, signature, read.used);
  else if (key === 'outputs') read.outputNames = readNames(cursor, signature);
  else fail(cursor, `${quote(key)} is not known here; the body takes ${takes(signature)}, and "outputs"`);
}

function readData(cursor: JsonCursor, signature: Signature): Tensor[] | undefined {
  const [only, ...others] = signature.inputs;
  if (only === undefined || others.length > 0) {
    const names = signature.inputs.map((input) => quote(keyOf(input))).join(', ');
    fail(cursor, `is for models with one input; this one has ${names}: use "inputs"`, 'data');
    return undefined;
  }
  const tensor = readInput(cursor, only, 'data');
  return tensor === undefined ? undefined : [tensor];
}

function readInputs(cursor: JsonCursor, signature: Signature, used: NamedSpec[]): Tensor[] {
  const known = acceptedNames(signature).inputs;
  const tensors: Tensor[] = [];
  readMembers(cursor, 'inputs', (name) => {
    const named = known.get(name);
    if (named === undefined) {
      const names = signature.inputs.map((input) => quote(keyOf(input))).join(', ');
      fail(cursor, `the model has no input ${quote(name)}; it takes ${names}`, 'inputs');
      return;
    }
    if (used.some(({ spec }) => spec === named.spec)) {
      fail(cursor, `${quote(name)} is another name of an input that is there already`, 'inputs');
      return;
    }
    used.push(named);
    const tensor = readInput(cursor, named.spec, `inputs.${name}`);
    if (tensor !== undefined) tensors.push(tensor);
  });
  return tensors;
}

function readInput(cursor: JsonCursor, spec: TensorSpec, path: string): Tensor | undefined {
  const value = readTensor(cursor, spec, path);
  return value && { name: spec.name, datatype: spec.datatype, shape: value.shape, data: value.data };
}

function readNames(cursor: JsonCursor, signature: Signature): string[] {
  const known = acceptedNames(signature).outputs;
  const names: string[] = [];
  const tensors = new Set<string>();
  if (!accept(cursor, BYTE.openArray)) failExpecting(cursor, 'an array of names');
  else if (!accept(cursor, BYTE.closeArray)) {
    do {
      peek(cursor);
      const name = readText(cursor);
      if (name === undefined) break;
      const tensor = known.get(name)?.spec.name ?? name;
      if (tensors.has(tensor)) fail(cursor, `${quote(name)} comes twice`);
      tensors.add(tensor);
      names.push(name);
    } while (cursor.problem === undefined && accept(cursor, BYTE.comma));
    if (!accept(cursor, BYTE.closeArray)) failExpecting(cursor, '"," or "]"');
  }
  failedInside(cursor, 'outputs');
  return names;
}

/** Reads an object: `readMember` reads the value of each key. A key that comes twice is a problem. */
function readMembers(cursor: JsonCursor, what: string, readMember: (key: string) => void): void {
  if (!accept(cursor, BYTE.openObject)) {
    failExpecting(cursor, `${what} to be a JSON object`);
    return;
  }
  if (accept(cursor, BYTE.closeObject)) return;
  const seen = new Set<string>();
  do {
    peek(cursor);
    const key = readText(cursor);
    if (key === undefined) return;
    if (seen.has(key)) fail(cursor, `${quote(key)} comes twice in ${what}`);
    seen.add(key);
    if (!accept(cursor, BYTE.colon)) failExpecting(cursor, '":"');
    if (cursor.problem === undefined) readMember(key);
  } while (cursor.problem === undefined && accept(cursor, BYTE.comma));
  if (!accept(cursor, BYTE.closeObject)) failExpecting(cursor, '"," or "}"');
}

function takes(signature: Signature): string {
  return signature.inputs.length === 1 ? '"data" or "inputs"' : '"inputs"';
}

/** A name that a caller sent, cut and escaped for a message. */
function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** Writes `{"outputs": {name: …}}`. */
export function encodeScore(outputs: readonly Tensor[]): Buffer {
  const output = startJson();
  putAscii(output, '{"outputs":{');
  outputs.forEach((tensor, index) => {
    reserve(output, 2);
    if (index > 0) putAscii(output, ',');
    putString(output, tensor.name);
    reserve(output, 1);
    putAscii(output, ':');
    putTensor(output, tensor);
  });
  reserve(output, 2);
  putAscii(output, '}}');
  return finishJson(output);
}
