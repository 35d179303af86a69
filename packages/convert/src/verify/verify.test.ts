import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { floatTensor, makeNode, type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { Tensor } from 'onnxruntime-node';
import type { RequestedTensor } from '../source/requested.ts';
import { askSource } from './ask-source.ts';
import type { Reference } from './judge.ts';
import type { Shapes, Trial } from './try-model.ts';
import { verify } from './verify.ts';

type Dims = readonly (number | null)[];

/** A model of one node from `x` to `y`; `w` has two ones. */
function modelOf(op: string, inputs: readonly string[], dims: Dims = [null, 2]): OnnxModel {
  const tensor = (name: string) => {
    const sizes = dims.map((size) => (size === null ? {} : { size }));
    return {
      name,
      type: { kind: 'tensor', elementType: 'float', shape: { dims: sizes } },
      metadata: [],
    } as const;
  };
  return {
    irVersion: 8,
    opsets: [{ domain: '', version: 18 }],
    metadata: [],
    functions: [],
    graph: {
      name: 'g',
      nodes: [makeNode({ op, inputs, outputs: ['y'] })],
      initializers: [floatTensor('w', [2], [1, 1])],
      sparseInitializers: [],
      inputs: [tensor('x')],
      outputs: [tensor('y')],
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}

interface Case {
  readonly inputs?: readonly RequestedTensor[];
  readonly shapes?: Shapes;
  /** What TensorFlow would have answered, by what the model did. */
  readonly tensorflow?: (element: number) => number;
}

const end = (name: string, dtype: string | null = 'float32', shape: Dims | null = null) => ({
  name,
  alias: name,
  dtype,
  shape,
});

async function verified(t: TestScope, model: OnnxModel, { inputs, shapes, tensorflow }: Case = {}) {
  const file = join(await temporaryFolder(t), 'model.onnx');
  await writeModel(model, file);
  const told: string[] = [];
  const answers = (trials: readonly Trial[]) =>
    trials.map(
      ({ runs }) => runs.map(({ answers: { y } }) => ({ y: changed(y as Tensor) })) as unknown as Reference,
    );
  const changed = ({ data, dims }: Tensor) =>
    new Tensor('float32', Float32Array.from(data as Float32Array, tensorflow ?? Number), [...dims]);
  const { trials } = await verify({
    file,
    expected: { inputs: inputs ?? [end('x')], outputs: [end('y')] },
    shapes: shapes ?? {},
    ask: tensorflow && (async (tried) => ({ whose: 'TensorFlow', references: answers(tried) })),
    tell: ({ message }) => told.push(message),
  });
  return { trials, told };
}

test('a model that answers passes, with its signal; free sizes are found', async (t) => {
  const { trials, told } = await verified(t, modelOf('Mul', ['x', 'w']));
  assert.deepEqual(told, []);
  for (const { signal, relativeSignal, error } of trials) {
    assert.ok(signal > 0.05 && relativeSignal > 0.05);
    assert.equal(error, null);
  }
  // Side by side with two ones, only one column fits among the sizes that are tried: none.
  await assert.rejects(verified(t, modelOf('Mul', ['x', 'w'], [null, null])), {
    code: 'invalid_model',
    message: /does not run the converted model with "x" \[2, 224\].*\(shapes, --shape\)/s,
  });
  await verified(t, modelOf('Mul', ['x', 'w'], [null, null]), { shapes: { x: [3, 2] } });
  await assert.rejects(verified(t, modelOf('Mul', ['x', 'w']), { shapes: { z: [1] } }), {
    code: 'invalid_argument',
  });
});

test('a shape alone takes no memory', async (t) => {
  await assert.rejects(verified(t, modelOf('Mul', ['x', 'w'], [1_000_000, 1_000_000, 2])), {
    code: 'unsupported',
    message: /would have 2000000000000 elements/,
  });
});

test('what is not finite, or does not depend on the inputs, fails; TensorFlow knows better', async (t) => {
  await assert.rejects(verified(t, modelOf('Log', ['x'])), {
    code: 'invalid_model',
    message: /not registered: "y" is not finite everywhere\. If TensorFlow answers so, too.*--python/,
  });
  await verified(t, modelOf('Log', ['x']), { tensorflow: (element) => element });
  const constant = modelOf('Sub', ['x', 'x']);
  await assert.rejects(verified(t, constant), { message: /no output depends on the inputs/ });
  const { told } = await verified(t, constant, { tensorflow: (element) => element });
  assert.match(told[0] ?? '', /so that the trial tells little/);
});

test('an error beyond a thousandth of the signal fails, and a smaller one is told', async (t) => {
  const near = await verified(t, modelOf('Mul', ['x', 'w']), { tensorflow: (element) => element + 1e-5 });
  for (const { error } of near.trials) assert.ok(error !== null && error > 1e-6 && error < 1e-3);
  for (const tensorflow of [(element: number) => element * 1.1, () => Number.NaN]) {
    await assert.rejects(verified(t, modelOf('Mul', ['x', 'w']), { tensorflow }), {
      code: 'invalid_model',
      message: /"y" differs from TensorFlow/,
    });
  }
});

test('the ends are held to what was asked for, all that differs at once', async (t) => {
  const inputs = [end('x', 'int32', [null, 3]), end('z')];
  await assert.rejects(verified(t, modelOf('Mul', ['x', 'w']), { inputs }), {
    code: 'invalid_model',
    message:
      /"x" is float32 instead of int32; "x" has the shape \[\?, 2\] instead of \[\?, 3\]; the input "z" is missing/,
  });
  await assert.rejects(verified(t, modelOf('Mul', ['x', 'w']), { inputs: [] }), {
    message: /it has the input "x", which nobody asked for/,
  });
  await assert.rejects(verified(t, modelOf('NoSuchOp', ['x'])), {
    code: 'invalid_model',
    message: /ONNX Runtime does not load the converted model: .*NoSuchOp/s,
  });
});

test('a result that does not answer as the model that it was made of fails', async (t) => {
  const [file, of] = [join(await temporaryFolder(t), 'y.onnx'), join(await temporaryFolder(t), 'of.onnx')];
  await writeModel(modelOf('Mul', ['x', 'w']), file);
  await writeModel(modelOf('Add', ['x', 'w']), of);
  const held = (source: string) =>
    verify({
      file,
      expected: { inputs: [end('x')], outputs: [end('y')] },
      shapes: {},
      ask: (trials) => askSource(source, trials),
      tell: () => {},
    });
  const { trials, tensorflow } = await held(file);
  assert.deepEqual([trials.map(({ error }) => error), tensorflow], [[0, 0], null]);
  await assert.rejects(held(of), { code: 'invalid_model', message: /"y" differs from its source: by/ });
});
