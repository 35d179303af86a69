// A converted model goes by the keys of its signature over the Open Inference Protocol too, and is described by them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertedModel } from '../converted-model.test.helper.ts';
import { openService } from '../service-fixtures.ts';

const FULL = ['serving_default_a:0', 'serving_default_b:0'] as const;
const CALL = 'StatefulPartitionedCall';

interface Named {
  readonly name: string;
}

interface Answer {
  readonly error?: string;
  readonly inputs?: readonly Named[];
  readonly outputs?: readonly (Named & { readonly data: readonly unknown[] })[];
  readonly input?: readonly Named[];
  readonly output?: readonly Named[];
}

const input = (name: string, data: readonly number[]) => ({ name, datatype: 'FP32', shape: [1, 2], data });
const inputs = (a: string, b: string) => [input(a, [5, 6]), input(b, [1, 2])];

test('inputs go by key, by name and without :0, and outputs are named in kind or as asked', async (t) => {
  const { url } = await openService(t, { models: [{ name: 'm', bytes: convertedModel() }] });
  const rows: [object, Readonly<Record<string, readonly unknown[]>> | RegExp][] = [
    [{ inputs: inputs('a', 'b') }, { total: [6, 8], outputs: [4, 4] }],
    [{ inputs: inputs('b', 'a') }, { total: [6, 8], outputs: [-4, -4] }],
    [{ inputs: inputs(...FULL) }, { [`${CALL}:0`]: [6, 8], [`${CALL}:1`]: [4, 4] }],
    [{ inputs: inputs('serving_default_a', 'serving_default_b') }, { [CALL]: [6, 8], [`${CALL}:1`]: [4, 4] }],
    [
      { inputs: inputs('a', 'b'), outputs: [{ name: `${CALL}:1` }, { name: 'total' }] },
      { [`${CALL}:1`]: [4, 4], total: [6, 8] },
    ],
    [
      { inputs: inputs('a', 'b'), outputs: [{ name: 'total', parameters: { classification: 1 } }] },
      { total: ['8.000000:1'] },
    ],
    [
      { inputs: inputs('a', 'b'), outputs: [{ name: 'total' }, { name: CALL }] },
      /^output 'StatefulPartitionedCall' already exists in request$/,
    ],
    [{ inputs: inputs('a', FULL[0]) }, /^input 'serving_default_a:0' already exists in request$/],
    [
      { inputs: [input(FULL[0], [1, 2])] },
      /Got input\(s\) \['serving_default_a:0'\], but missing required input\(s\) \['b'\]/,
    ],
    [
      { inputs: inputs('a', 'c') },
      /^unexpected inference input 'c' for model 'm'\. Its input\(s\) are \['a','b'\]\.$/,
    ],
  ];
  for (const [body, expected] of rows) {
    const request = { method: 'POST', body: JSON.stringify(body) };
    const answer = (await (await fetch(`${url}/v2/models/m/infer`, request)).json()) as Answer;
    if (expected instanceof RegExp) assert.match(answer.error ?? '', expected);
    else {
      const told = (answer.outputs ?? []).map(({ name, data }) => [name, data]);
      assert.deepEqual(told, Object.entries(expected), JSON.stringify(answer));
    }
  }
});

test('metadata and configuration have the keys', async (t) => {
  const { url } = await openService(t, { models: [{ name: 'm', bytes: convertedModel() }] });
  const names = (tensors: readonly Named[] | undefined) => tensors?.map(({ name }) => name);
  const metadata = (await (await fetch(`${url}/v2/models/m`)).json()) as Answer;
  assert.deepEqual(
    [names(metadata.inputs), names(metadata.outputs)],
    [
      ['a', 'b'],
      ['total', 'outputs'],
    ],
  );
  const config = (await (await fetch(`${url}/v2/models/m/config`)).json()) as Answer;
  assert.deepEqual(
    [names(config.input), names(config.output)],
    [
      ['a', 'b'],
      ['total', 'outputs'],
    ],
  );
});
