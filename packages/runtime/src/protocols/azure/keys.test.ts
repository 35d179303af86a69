// A converted model goes by the keys of its signature at `/score` too, and is described by them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertedModel } from '../converted-model.test.helper.ts';
import { openService } from '../service-fixtures.ts';

const FULL = ['serving_default_a:0', 'serving_default_b:0'] as const;

test('inputs go by key, by name and without :0, and outputs are named in kind or as asked', async (t) => {
  const { url } = await openService(t, { models: [{ name: 'm', bytes: convertedModel() }] });
  const inputs = (a: string, b: string) => ({ [a]: [[5, 6]], [b]: [[1, 2]] });
  const rows: [object, object][] = [
    [{ inputs: inputs('a', 'b') }, { outputs: { total: [[6, 8]], outputs: [[4, 4]] } }],
    [
      { inputs: inputs(...FULL) },
      { outputs: { 'StatefulPartitionedCall:0': [[6, 8]], 'StatefulPartitionedCall:1': [[4, 4]] } },
    ],
    [
      { inputs: inputs('serving_default_a', 'serving_default_b') },
      { outputs: { StatefulPartitionedCall: [[6, 8]], 'StatefulPartitionedCall:1': [[4, 4]] } },
    ],
    [
      { inputs: inputs(...FULL), outputs: ['outputs', 'StatefulPartitionedCall'] },
      { outputs: { outputs: [[4, 4]], StatefulPartitionedCall: [[6, 8]] } },
    ],
    [{ inputs: inputs('a', 'c') }, /^inputs: the model has no input "c"; it takes "a", "b"/],
    [
      { inputs: inputs('a', FULL[0]) },
      /"serving_default_a:0" is another name of an input that is there already/,
    ],
    [{ data: [[1, 2]] }, /^data: is for models with one input; this one has "a", "b": use "inputs"/],
    [
      { inputs: inputs('a', 'b'), outputs: ['total', 'StatefulPartitionedCall:0'] },
      /^outputs: "StatefulPartitionedCall:0" comes twice/,
    ],
  ];
  for (const [body, expected] of rows) {
    const response = await fetch(`${url}/score`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { readonly message?: string };
    if (expected instanceof RegExp) assert.match(answer.message ?? '', expected);
    else assert.deepEqual(answer, expected);
  }
});

test('the description has the keys, with the names of the tensors', async (t) => {
  const { url } = await openService(t, { models: [{ name: 'm', bytes: convertedModel() }] });
  const document = await (await fetch(`${url}/swagger.json`)).json();
  const { ServiceInput, ServiceOutput } = (document as Described).definitions;
  const { inputs, outputs } = ServiceInput.properties;
  assert.deepEqual([namesIn(inputs.properties), inputs.required], [{ a: FULL[0], b: FULL[1] }, ['a', 'b']]);
  assert.deepEqual(namesIn(ServiceOutput.properties.outputs.properties), {
    total: 'StatefulPartitionedCall:0',
    outputs: 'StatefulPartitionedCall:1',
  });
  assert.deepEqual(outputs.items.enum.slice(0, 2), ['total', 'StatefulPartitionedCall:0']);
});

type Tensors = Readonly<Record<string, { readonly 'x-tensor-name': string }>>;

interface Described {
  readonly definitions: {
    readonly ServiceInput: {
      readonly properties: {
        readonly inputs: { readonly properties: Tensors; readonly required: readonly string[] };
        readonly outputs: { readonly items: { readonly enum: readonly string[] } };
      };
    };
    readonly ServiceOutput: { readonly properties: { readonly outputs: { readonly properties: Tensors } } };
  };
}

function namesIn(tensors: Tensors): object {
  return Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, tensor['x-tensor-name']]));
}
