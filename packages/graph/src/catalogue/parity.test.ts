import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadBytes } from '../onnx/bytes.ts';
import { rewritten } from '../onnx/fixtures.test.helper.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { buildNetwork, withClassifier } from './build-network.ts';
import { openWeights } from './files/open-weights.ts';
import { importWeights } from './import-weights.ts';
import type { Network } from './network.ts';
import { answersOf, CATALOGUE_FIXTURES, framework, largestError } from './parity.test.helper.ts';
import type { NetworkWeights, Weight } from './weights.ts';

/** Beside the largest element: what sums in another order differ by, where the framework was exact by luck. */
const FLOAT_ERROR = 2e-6;

for (const name of readdirSync(CATALOGUE_FIXTURES)) {
  const folder = join(CATALOGUE_FIXTURES, name);
  const said = framework(folder);
  const { network } = said;

  test(`${name}: features and scores are the framework's own, from its own file`, async (t) => {
    await using stored = await openWeights(join(folder, said.path));
    const weights = await importWeights(network, stored);
    assert.equal(weights.layout, said.framework);
    const found = await answersOf(
      await rewritten(t, everything(network, weights)),
      network.input,
      said.levels,
    );
    assert.deepEqual(found.size, said.outputs.length);
    for (const output of said.outputs) {
      const answer = found.get(output.tensor) ?? { values: [], width: 0 };
      const width = output.shape.slice(1).reduce((product, size) => product * size, 1);
      assert.equal(answer.width, width, output.tensor);
      const { error, largest } = largestError(answer.values, output);
      // Softmax makes of an error of logits one that is relative to 1, however small the largest probability is.
      const scale = output.tensor.includes('Softmax') ? 1 : largest;
      const most = Math.max(output.tolerance, FLOAT_ERROR * scale);
      assert.ok(error <= most, `${output.tensor}: ${error} of ${largest}`);
    }
  });

  test(`${name}: one wrong weight in the first layer is seen`, async (t) => {
    await using stored = await openWeights(join(folder, said.path));
    const weights = withOneWrong(await importWeights(network, stored));
    const found = await answersOf(
      await rewritten(t, everything(network, weights)),
      network.input,
      said.levels,
    );
    const [first] = said.outputs;
    const { error, largest } = largestError(found.get(first.tensor)?.values ?? [], first);
    assert.ok(error > Math.max(first.tolerance, FLOAT_ERROR * largest), `${error} of ${largest}`);
  });
}

/** With the features beside the scores. */
function everything(network: Network, weights: NetworkWeights): OnnxModel {
  const built = buildNetwork(network, weights);
  if (built.classifier === undefined) return built.featurizer;
  const whole = withClassifier(built);
  const outputs = [...built.featurizer.graph.outputs, ...whole.graph.outputs];
  return { ...whole, graph: { ...whole.graph, outputs } };
}

/** The first weight is the first convolution's kernel. */
function withOneWrong(weights: NetworkWeights): NetworkWeights {
  const [[name, { dims, bytes }]] = [...weights.tensors] as [[string, Weight]];
  const changed = loadBytes(bytes).slice();
  const view = new DataView(changed.buffer);
  view.setFloat32(0, view.getFloat32(0, true) * 1.5 + 0.1, true);
  return { ...weights, tensors: new Map([...weights.tensors, [name, { dims, bytes: changed }]]) };
}
