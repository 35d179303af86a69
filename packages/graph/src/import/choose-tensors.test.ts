import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { MetaGraph } from '../tensorflow/model.ts';
import { chooseGraph } from './choose-graph.ts';
import { type ChosenTensor, chooseTensors } from './choose-tensors.ts';

async function graphOf(name: string): Promise<MetaGraph> {
  await using model = await loadTensorFlow(fixture(name));
  return chooseGraph(model.metaGraphs);
}

function written(tensors: readonly ChosenTensor[]): string[] {
  return tensors.map(({ name, node, index }) => `${name} = ${node}:${index}`);
}

test('tensors are those of the request, of the signature, or the only choice', async () => {
  const checkpoint = await graphOf('tf1-checkpoint');
  const saved = await graphOf('tf1-saved-model');
  const modern = await graphOf('tf2-saved-model');
  const frozen = await graphOf('frozen.pb');
  const signature = { inputs: ['images = x:0'], outputs: ['scores = y:0'] };
  const logits = { outputs: ['network/output/MatMul:0'] };
  const rows = [
    [saved, {}, signature],
    [saved, { signature: 'serving_default' }, signature],
    [saved, { inputs: ['images'], outputs: ['y'] }, { inputs: signature.inputs, outputs: ['y = y:0'] }],
    [frozen, {}, { inputs: ['x:0 = x:0'], outputs: ['scores/y:0 = scores/y:0'] }],
    [frozen, { inputs: ['x'] }, { inputs: ['x = x:0'], outputs: ['scores/y:0 = scores/y:0'] }],
    [
      checkpoint,
      logits,
      {
        inputs: ['network/X:0 = network/X:0'],
        outputs: ['network/output/MatMul:0 = network/output/MatMul:0'],
      },
    ],
    [
      modern,
      { signature: 'lookup' },
      { inputs: ['word = lookup_word:0'], outputs: ['found = StatefulPartitionedCall:0'] },
    ],
  ] as const;
  for (const [graph, request, expected] of rows) {
    const { inputs, outputs } = chooseTensors(graph, request);
    assert.deepEqual({ inputs: written(inputs), outputs: written(outputs) }, expected);
  }
});

test('what cannot be chosen is refused with what there is', async () => {
  const checkpoint = await graphOf('tf1-checkpoint');
  const saved = await graphOf('tf1-saved-model');
  const rows = [
    [saved, { signature: 'x' }, /no signature "x"\. Name one of "serving_default"/],
    [saved, { outputs: ['z:0'] }, /no tensor "z:0"\. Name the tensors/],
    [saved, { outputs: ['^y'] }, /no tensor/],
    [saved, { outputs: ['y', 'y'] }, /"y" is named twice/],
    [
      checkpoint,
      { outputs: ['output/MatMul'] },
      /no tensor "output\/MatMul"\. Name one of .*"network\/output\/MatMul:0"/,
    ],
    [checkpoint, {}, /no signature that says what its outputs are\. Name one of /],
  ] as const;
  for (const [graph, request, message] of rows)
    assert.throws(() => chooseTensors(graph, request), { code: 'invalid_argument', message });
});

test('a graph is chosen by its tags', async () => {
  await using model = await loadTensorFlow(fixture('tf1-saved-model'));
  const keys = (tags?: readonly string[]) => [...chooseGraph(model.metaGraphs, tags).signatures.keys()];
  assert.deepEqual(keys(), ['serving_default']);
  assert.deepEqual(keys(['gpu', 'serve']), ['other']);
  assert.throws(() => keys(['train']), { code: 'invalid_argument', message: /one of these: "serve"/ });
});
