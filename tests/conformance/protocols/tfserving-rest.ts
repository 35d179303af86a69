import type { WireTensor } from '../suite/elements.ts';
import {
  asArray,
  asObject,
  asText,
  base64Text,
  cut,
  type ElementWriter,
  elementText,
  elementTexts,
  type JsonValue,
  member,
  nest,
  nestedText,
  parseJson,
  readNested,
} from '../suite/json-text.ts';
import { type HttpAnswer, post } from './http.ts';
import { type Answer, type Call, Inexpressible, type Protocol, refuseClasses } from './protocol.ts';

/** `POST /v1/models/…:predict` with `inputs`, one value a tensor. */
export const tfservingColumns: Protocol = {
  name: 'tfserving-rest-columns',
  call: (call) => predict(call, columns(call.request.inputs), readColumns),
};

/** The same with `instances`, one value an example. */
export const tfservingRows: Protocol = {
  name: 'tfserving-rest-rows',
  call: (call) => predict(call, rows(call.request.inputs), readRows),
};

type Read = (call: Call, body: JsonValue) => readonly WireTensor[];

async function predict(call: Call, inputs: string, read: Read): Promise<Answer> {
  const { signature, outputs } = call.request;
  refuseClasses(call);
  if (outputs !== undefined)
    throw new Inexpressible('TensorFlow Serving over REST answers with all outputs.');
  const name = signature === undefined ? '' : `"signature_name":${JSON.stringify(signature)},`;
  const answer = await post(call, path(call), `{${name}${inputs}}`);
  if (answer.status !== 200) return error(answer);
  return { outputs: read(call, parseJson(answer.body.toString())) };
}

function path({ model, request: { version, label } }: Call): string {
  const choice = label === undefined ? '' : `/labels/${encodeURIComponent(label)}`;
  const which = version === undefined ? choice : `/versions/${version}`;
  return `/v1/models/${encodeURIComponent(model)}${which}:predict`;
}

/** Bytes are always in base64, so that no text is taken for anything else. */
const writeElement: ElementWriter = (datatype, element) =>
  datatype === 'BYTES' ? base64Text(element) : elementText(datatype, element);

function columns(inputs: readonly WireTensor[]): string {
  const named = inputs.map((tensor) => `${JSON.stringify(tensor.name)}:${nestedText(tensor, writeElement)}`);
  return `"inputs":{${named.join(',')}}`;
}

function rows(inputs: readonly WireTensor[]): string {
  const count = inputs[0]?.shape[0];
  if (count === undefined || inputs.some(({ shape }) => shape[0] !== count)) {
    throw new Inexpressible('Instances need tensors with one and the same first dimension.');
  }
  const columnsOfRows = inputs.map((tensor) => {
    const inner = tensor.shape.slice(1);
    return cut(elementTexts(tensor, writeElement), count, inner).map((texts) => nest(texts, inner));
  });
  const instances = Array.from({ length: count }, (_, row) => {
    const named = inputs.map(({ name }, index) => `${JSON.stringify(name)}:${columnsOfRows[index]?.[row]}`);
    return `{${named.join(',')}}`;
  });
  return `"instances":[${instances.join(',')}]`;
}

/** An only output stands bare, several under their names. */
function readColumns({ signature }: Call, body: JsonValue): readonly WireTensor[] {
  const given = member(body, 'outputs');
  const isOnly = signature.outputs.length === 1;
  return signature.outputs.map(({ name, datatype }) =>
    readNested(name, datatype, isOnly ? given : member(given, name)),
  );
}

function readRows({ signature }: Call, body: JsonValue): readonly WireTensor[] {
  const predictions = asArray(member(body, 'predictions'));
  const isOnly = signature.outputs.length === 1;
  return signature.outputs.map(({ name, datatype }) =>
    readNested(name, datatype, isOnly ? predictions : predictions.map((one) => asObject(one)[name] ?? null)),
  );
}

function error({ status, body }: HttpAnswer): Answer {
  return { status, text: asText(member(parseJson(body.toString()), 'error')) };
}
