import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ExpectedTensor } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { TensorRequest } from './choose-tensors.ts';
import { assertAnswers, goldenFile } from './golden.test.helper.ts';
import { importTensorFlow } from './import-tensorflow.ts';

/** What scripts/make-network-fixtures.py wrote of a network. */
interface NetworkAnswers {
  readonly path: string;
  readonly request: TensorRequest;
  /** The keys of outputs by the names asked for, where they differ. */
  readonly keys: Readonly<Record<string, string>>;
  readonly input: ExpectedTensor;
  readonly outputs: Readonly<Record<string, ExpectedTensor>>;
}

const FOLDER = fileURLToPath(new URL('../../fixtures/networks', import.meta.url));

for (const name of readdirSync(FOLDER))
  test(`a small ${name} answers as in TensorFlow`, async (t) => {
    const { path, request, keys, input, outputs } = goldenFile(
      `networks/${name}/answers.json`,
    ) as NetworkAnswers;
    await using loaded = await loadTensorFlow(`${FOLDER}/${name}/${path}`);
    const { model } = await importTensorFlow(loaded, request);
    const names = model.metadata.find(({ key }) => key === 'tensorflow.outputs')?.value ?? '{}';
    const expected = Object.entries<string>(JSON.parse(names)).map(
      ([asked, tensor]) => [tensor, outputs[keys[asked] ?? asked] as ExpectedTensor] as const,
    );
    const [fed = ''] = model.graph.inputs.map((one) => one.name ?? '');
    await assertAnswers(t, model, { [fed]: input }, Object.fromEntries(expected));
  });
