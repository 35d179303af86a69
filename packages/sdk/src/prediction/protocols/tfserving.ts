import type { Datatype, Tensor } from '@slipway/contract';
import { formatScoringJson } from '../../scoring-json.ts';
import { toBase64 } from '../base64.ts';
import { describedAs } from '../described-tensor.ts';
import { brokenAnswer } from '../elements.ts';
import { asList, asObject, asText, parseAnswer } from '../json-answer.ts';
import { chooseOutputs, type ModelCall } from '../model-call.ts';
import { fromAnswer, toNested } from '../nested-values.ts';
import { JSON_HEADERS, modelSegment, type RestProtocol } from '../rest-protocol.ts';
import { datatypeOfName } from '../tensorflow-types.ts';
import type { DescribedTensor, ModelDescription } from '../types.ts';

const DEFAULT_SIGNATURE = 'serving_default';

/** TensorFlow Serving's REST API, in the column format, which every signature has. */
export const TENSORFLOW_SERVING: RestProtocol = {
  name: 'tfserving',
  scorePath: (call) => `${modelPath(call)}:predict`,

  encode(inputs, call) {
    const columns = Object.fromEntries(inputs.map((input) => [input.name, column(input)]));
    return {
      path: `${modelPath(call)}:predict`,
      headers: JSON_HEADERS,
      body: formatScoringJson({
        ...(call.signature !== undefined && { signature_name: call.signature }),
        inputs: columns,
      }),
    };
  },

  async decode(answer, call, describe) {
    const { outputs } = asObject(parseAnswer(answer.body), 'It');
    const tensors = readOutputs(outputs, await describe(), call);
    return { modelName: call.model, modelVersion: call.version, outputs: chooseOutputs(tensors, call) };
  },

  describePath: (call) => `${modelPath(call)}/metadata`,

  readDescription(body, { signature = DEFAULT_SIGNATURE }) {
    const metadata = asObject(asObject(body, 'It')['metadata'], '"metadata"');
    const signatures = asObject(
      asObject(metadata['signature_def'], '"signature_def"')['signature_def'],
      'It',
    );
    const { inputs, outputs } = asObject(signatures[signature], `The signature ${signature}`);
    return { inputs: describedTensors(inputs), outputs: describedTensors(outputs) };
  },
};

function modelPath(call: ModelCall): string {
  const version = call.version === undefined ? '' : versionPath(call.version);
  return `/v1/models/${modelSegment(call)}${version}`;
}

/** A version is a number here; anything else is a label. */
function versionPath(version: string): string {
  return /^\d+$/.test(version) ? `/versions/${version}` : `/labels/${encodeURIComponent(version)}`;
}

/** Every element of BYTES as base64: a text that looks like an object with `b64` would be taken for one. */
function column(input: Tensor): unknown {
  if (ArrayBuffer.isView(input.data)) return toNested(input);
  return nestBase64(input.shape, input.data);
}

function nestBase64(shape: readonly number[], elements: readonly Uint8Array[]): unknown {
  const [size, ...inner] = shape;
  if (size === undefined) return { b64: toBase64(elements[0] ?? new Uint8Array(0)) };
  const length = elements.length / Math.max(1, size);
  return Array.from({ length: size }, (_, index) =>
    nestBase64(inner, elements.slice(index * length, (index + 1) * length)),
  );
}

/** One output comes bare, which is told by the name that was asked for; several come by their names. */
function readOutputs(
  outputs: unknown,
  { outputs: described }: ModelDescription,
  { outputs: wanted }: ModelCall,
): Tensor[] {
  const [only, ...others] = described;
  if (only !== undefined && others.length === 0) {
    const asked = wanted?.find((name) => describedAs(described, name) === only);
    return [fromAnswer(asked ?? only.name, only.datatype, outputs)];
  }
  return Object.entries(asObject(outputs, '"outputs"')).map(([name, nested]) => {
    const found = describedAs(described, name);
    if (found === undefined) throw brokenAnswer(`It has an output "${name}" that is not in the signature.`);
    return fromAnswer(name, found.datatype, nested);
  });
}

function describedTensors(tensors: unknown): DescribedTensor[] {
  return Object.entries(asObject(tensors, 'A signature')).map(([name, info]) => {
    const { dtype, tensor_shape: shape, name: tensorName } = asObject(info, name);
    const described = { name, datatype: datatypeOfDtype(dtype), shape: dimensions(shape) };
    return typeof tensorName === 'string' && tensorName !== name ? { ...described, tensorName } : described;
  });
}

function datatypeOfDtype(dtype: unknown): Datatype {
  const datatype = datatypeOfName(asText(dtype, '"dtype"'));
  if (datatype !== undefined) return datatype;
  throw brokenAnswer(`It has tensors of ${String(dtype)}, which this client does not know.`);
}

function dimensions(shape: unknown): (number | null)[] {
  const { dim = [] } = asObject(shape, '"tensor_shape"');
  return asList(dim, '"dim"').map((one) => {
    const size = Number(asObject(one, 'A dimension')['size']);
    return size >= 0 ? size : null;
  });
}
