import { BYTES_PER_ELEMENT, type Datatype, type Tensor } from '@slipway/contract';
import { formatScoringJson } from '../../scoring-json.ts';
import { brokenAnswer, rawBytes, readRaw } from '../elements.ts';
import type { HttpAnswer } from '../http-send.ts';
import { joined } from '../http-send.ts';
import { asList, asObject, asShape, asText, type JsonObject, parseAnswer, textsOf } from '../json-answer.ts';
import { chooseOutputs, type ModelCall } from '../model-call.ts';
import { flatValues, fromFlat } from '../nested-values.ts';
import { JSON_HEADERS, modelSegment, type RestProtocol, type RestRequest } from '../rest-protocol.ts';
import type { DescribedTensor } from '../types.ts';

/** Says how many bytes of a body are JSON; raw tensors follow. */
const HEADER_LENGTH = 'inference-header-content-length';

/** The Open Inference Protocol over REST; `binary` sends and asks for raw tensors behind the JSON. */
export function openInference({ binary }: { readonly binary: boolean }): RestProtocol {
  return {
    name: 'oip',
    scorePath: (call) => `${modelPath(call)}/infer`,
    encode: (inputs, call) => encode(inputs, call, binary),
    decode: async (answer, call) => decode(answer, call),
    describePath: modelPath,
    readDescription(body) {
      const { inputs, outputs } = asObject(body, 'It');
      return { inputs: describedTensors(inputs), outputs: describedTensors(outputs) };
    },
  };
}

function modelPath(call: ModelCall): string {
  const version = call.version === undefined ? '' : `/versions/${encodeURIComponent(call.version)}`;
  return `/v2/models/${modelSegment(call)}${version}`;
}

function encode(inputs: readonly Tensor[], call: ModelCall, binary: boolean): RestRequest {
  const raws = inputs.map((input) => (binary || needsBinary(input) ? rawBytes(input) : undefined));
  const head = {
    inputs: inputs.map((input, index) => describeInput(input, raws[index])),
    ...(call.outputs !== undefined && { outputs: call.outputs.map((name) => ({ name })) }),
    ...(binary && { parameters: { binary_data_output: true } }),
  };
  const path = `${modelPath(call)}/infer`;
  const pieces = raws.filter((raw) => raw !== undefined);
  if (pieces.length === 0 && !binary) return { path, headers: JSON_HEADERS, body: formatScoringJson(head) };
  const json = new TextEncoder().encode(formatScoringJson(head));
  const size = pieces.reduce((sum, { length }) => sum + length, json.length);
  return {
    path,
    headers: { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(json.length) },
    body: joined([json, ...pieces], size),
  };
}

/** JSON has no 16-bit floats, and its texts hold no bytes. */
function needsBinary({ datatype }: Tensor): boolean {
  return datatype === 'FP16' || datatype === 'BF16' || datatype === 'BYTES';
}

function describeInput(input: Tensor, raw: Uint8Array | undefined): JsonObject {
  const { name, datatype, shape } = input;
  const content =
    raw === undefined ? { data: flatValues(input) } : { parameters: { binary_data_size: raw.length } };
  return { name, shape, datatype, ...content };
}

function decode(answer: HttpAnswer, call: ModelCall) {
  const headerLength = jsonLength(answer);
  const head = asObject(parseAnswer(answer.body.subarray(0, headerLength)), 'It');
  let offset = headerLength;
  const tensors = asList(head['outputs'], '"outputs"').map((one) => {
    const output = asObject(one, 'An output');
    const size = binarySize(output);
    if (size === undefined) return readData(output);
    offset += size;
    if (offset > answer.body.length) throw brokenAnswer('It ends within a raw tensor.');
    return readBinary(output, answer.body.subarray(offset - size, offset));
  });
  return {
    modelName: textOf(head['model_name']),
    modelVersion: textOf(head['model_version']),
    outputs: chooseOutputs(tensors, call),
  };
}

function jsonLength({ headers, body }: HttpAnswer): number {
  const length = headers[HEADER_LENGTH];
  if (length === undefined) return body.length;
  if (/^\d+$/.test(length) && Number(length) <= body.length) return Number(length);
  throw brokenAnswer(`Its header ${HEADER_LENGTH} is ${length}.`);
}

function binarySize({ parameters }: JsonObject): number | undefined {
  const size =
    parameters === undefined ? undefined : asObject(parameters, '"parameters"')['binary_data_size'];
  if (size === undefined) return undefined;
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw brokenAnswer('A binary_data_size is no size.');
}

function readBinary({ name, datatype, shape }: JsonObject, raw: Uint8Array): Tensor {
  return readRaw(asText(name, '"name"'), asDatatype(datatype), asShape(shape, '"shape"'), raw);
}

/** Flat or nested: what counts is the shape beside it. */
function readData({ name, datatype, shape, data }: JsonObject): Tensor {
  const values = asList(data, '"data"').flat(Number.POSITIVE_INFINITY);
  return fromFlat(asText(name, '"name"'), asDatatype(datatype), asShape(shape, '"shape"'), values);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The datatype of that name. Throws `internal` if there is none. */
export function asDatatype(value: unknown): Datatype {
  const name = asText(value, '"datatype"');
  if (name === 'BYTES' || Object.hasOwn(BYTES_PER_ELEMENT, name)) return name as Datatype;
  throw brokenAnswer(`It has a tensor of ${name}, which is no datatype.`);
}

function describedTensors(tensors: unknown): DescribedTensor[] {
  return asList(tensors, 'The list of tensors').map((one) => {
    const { name, datatype, shape, parameters = {} } = asObject(one, 'A tensor');
    const sizes = asShape(shape, '"shape"').map((size) => (size >= 0 ? size : null));
    const labels = textsOf(asObject(parameters, '"parameters"')['labels']);
    const described = { name: asText(name, '"name"'), datatype: asDatatype(datatype), shape: sizes };
    return labels === undefined ? described : { ...described, labels };
  });
}
