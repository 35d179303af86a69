import { type Datatype, SlipwayError } from '@slipway/contract';
import { formatScoringJson } from '../../scoring-json.ts';
import { describedAs } from '../described-tensor.ts';
import { brokenAnswer } from '../elements.ts';
import { imageType } from '../image-type.ts';
import { asObject, type JsonObject, parseAnswer, textsOf } from '../json-answer.ts';
import { chooseOutputs } from '../model-call.ts';
import { fromAnswer, toNested } from '../nested-values.ts';
import { JSON_HEADERS, type RestProtocol } from '../rest-protocol.ts';
import type { DescribedTensor } from '../types.ts';

/** `/score`: JSON in nested arrays, and `/swagger.json` to say what its numbers are. */
export const AZURE: RestProtocol = {
  name: 'azure',

  check({ model, version, signature }) {
    if (model === '' && version === undefined && signature === undefined) return;
    throw new SlipwayError(
      'invalid_argument',
      '/score is answered by the newest version of the default model of a service: choose the protocol tfserving or oip to name another.',
      { details: { field: 'protocol' } },
    );
  },

  scorePath: () => '/score',

  encode(inputs, { outputs }) {
    const tensors = Object.fromEntries(inputs.map((input) => [input.name, toNested(input)]));
    return {
      path: '/score',
      headers: JSON_HEADERS,
      body: formatScoringJson({ inputs: tensors, ...(outputs !== undefined && { outputs }) }),
    };
  },

  encodeImage(image, { outputs }) {
    const type = imageType(image);
    if (outputs !== undefined || type === undefined) return undefined;
    return { path: '/score', headers: { ...JSON_HEADERS, 'content-type': type }, body: image };
  },

  async decode(answer, call, describe) {
    const outputs = asObject(asObject(parseAnswer(answer.body), 'It')['outputs'], '"outputs"');
    const { outputs: described } = await describe();
    const tensors = Object.entries(outputs).map(([name, nested]) => {
      return fromAnswer(name, datatypeOf(name, described), nested);
    });
    return { modelName: undefined, modelVersion: undefined, outputs: chooseOutputs(tensors, call) };
  },

  describePath: () => '/swagger.json?version=3',

  readDescription(body) {
    const { schemas } = asObject(asObject(body, 'It')['components'], '"components"');
    const { ServiceInput, ServiceOutput } = asObject(schemas, '"schemas"');
    return {
      inputs: describedTensors(propertiesOf(ServiceInput)['inputs']),
      outputs: describedTensors(propertiesOf(ServiceOutput)['outputs']),
    };
  },
};

function datatypeOf(name: string, described: readonly DescribedTensor[]): Datatype {
  const found = describedAs(described, name);
  if (found !== undefined) return found.datatype;
  throw brokenAnswer(`It has an output "${name}" that the service does not describe.`);
}

function propertiesOf(schema: unknown): JsonObject {
  return asObject(asObject(schema, 'A schema')['properties'], '"properties"');
}

function describedTensors(schema: unknown): DescribedTensor[] {
  return Object.entries(propertiesOf(schema)).map(([name, tensor]) => {
    const shape: (number | null)[] = [];
    let inner = asObject(tensor, `The schema of ${name}`);
    const labels = textsOf(inner['x-labels']);
    const tensorName = inner['x-tensor-name'];
    while (inner['type'] === 'array') {
      shape.push(typeof inner['minItems'] === 'number' ? inner['minItems'] : null);
      inner = asObject(inner['items'], '"items"');
    }
    return {
      name,
      datatype: elementType(inner),
      shape,
      ...(typeof tensorName === 'string' && { tensorName }),
      ...(labels !== undefined && { labels }),
    };
  });
}

/** What one element is, from the type, the format and the limits that its schema has. */
function elementType({ type, format, minimum, maximum }: JsonObject): Datatype {
  if (type === 'boolean') return 'BOOL';
  if (type === 'number') return format === 'double' ? 'FP64' : 'FP32';
  if (type !== 'integer') return 'BYTES';
  if (format === 'int32') return 'INT32';
  if (format === 'int64') return minimum === 0 ? 'UINT32' : 'INT64';
  const bySize = INTEGERS.find(([largest]) => largest === maximum);
  return bySize?.[1] ?? 'UINT64';
}

const INTEGERS: readonly (readonly [largest: number, datatype: Datatype])[] = [
  [255, 'UINT8'],
  [65_535, 'UINT16'],
  [127, 'INT8'],
  [32_767, 'INT16'],
];
