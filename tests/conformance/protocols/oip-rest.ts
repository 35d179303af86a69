import type { Datatype } from '@slipway/contract';
import { cutRaw, joinRaw, type WireTensor } from '../suite/elements.ts';
import {
  asArray,
  asCount,
  asText,
  elementFromJson,
  elementTexts,
  type JsonValue,
  member,
  parseJson,
} from '../suite/json-text.ts';
import { type HttpAnswer, post } from './http.ts';
import { type Answer, type Call, Inexpressible, type Protocol } from './protocol.ts';

/** `POST /v2/models/…/infer`, all of it JSON. */
export const oipJson: Protocol = { name: 'oip-rest-json', call: (call) => infer(call, jsonBody(call), {}) };

/** The same with the tensors behind the JSON, both ways. */
export const oipBinary: Protocol = {
  name: 'oip-rest-binary',
  call: (call) => {
    const json = Buffer.from(binaryHeader(call));
    const body = Buffer.concat([json, ...call.request.inputs.map(joinRaw)]);
    return infer(call, body, { [HEADER_LENGTH]: String(json.length) });
  },
};

const HEADER_LENGTH = 'inference-header-content-length';

async function infer(call: Call, body: string | Buffer, headers: Record<string, string>): Promise<Answer> {
  const answer = await post(call, path(call), body, headers);
  return answer.status === 200 ? readAnswer(answer) : error(answer);
}

function path({ model, request: { version, label, signature } }: Call): string {
  if (signature !== undefined) throw new Inexpressible('The protocol knows no signatures.');
  const which = version ?? label;
  return `/v2/models/${encodeURIComponent(model)}${which === undefined ? '' : `/versions/${which}`}/infer`;
}

function jsonBody(call: Call): string {
  const { request } = call;
  const inputs = request.inputs.map(
    (tensor) => `{${head(tensor)},"data":[${elementTexts(tensor).join(',')}]}`,
  );
  return `{"inputs":[${inputs.join(',')}]${wanted(call)}}`;
}

function binaryHeader(call: Call): string {
  const { request } = call;
  const inputs = request.inputs.map(
    (tensor) => `{${head(tensor)},"parameters":{"binary_data_size":${joinRaw(tensor).length}}}`,
  );
  return `{"inputs":[${inputs.join(',')}],"parameters":{"binary_data_output":true}${wanted(call)}}`;
}

function head({ name, datatype, shape }: WireTensor): string {
  return `"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":${JSON.stringify(shape)}`;
}

function wanted({ request: { outputs, classes }, signature }: Call): string {
  if (outputs === undefined && classes === undefined) return '';
  const names = outputs ?? signature.outputs.map(({ name }) => name);
  const parameters = classes === undefined ? undefined : { classification: classes };
  return `,"outputs":${JSON.stringify(names.map((name) => ({ name, parameters })))}`;
}

/** Tensors stand in the JSON, or one after the other behind it. */
function readAnswer({ headers, body }: HttpAnswer): Answer {
  const length = headers.get(HEADER_LENGTH);
  let at = length === null ? body.length : Number(length);
  const json = parseJson(body.toString('utf8', 0, at));
  const outputs = asArray(member(json, 'outputs')).map((output) => {
    const tensor = emptyTensor(output);
    const data = member(output, 'data');
    if (data !== undefined) {
      return { ...tensor, elements: asArray(data).map((one) => elementFromJson(tensor.datatype, one)) };
    }
    const end = at + asCount(member(member(output, 'parameters'), 'binary_data_size'));
    const elements = cutRaw(tensor.datatype, body.subarray(at, end));
    at = end;
    return { ...tensor, elements };
  });
  return { outputs, version: Number(asText(member(json, 'model_version'))) };
}

function emptyTensor(output: JsonValue): WireTensor {
  return {
    name: asText(member(output, 'name')),
    datatype: asText(member(output, 'datatype')) as Datatype,
    shape: asArray(member(output, 'shape')).map(asCount),
    elements: [],
  };
}

function error({ status, body }: HttpAnswer): Answer {
  return { status, text: asText(member(parseJson(body.toString()), 'error')) };
}
