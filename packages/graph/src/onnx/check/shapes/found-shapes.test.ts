import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { rewritten } from '../../fixtures.test.helper.ts';
import type { Node, OnnxModel, Tensor } from '../../model.ts';
import { checkModel, problemLine } from '../check-model.ts';
import { assertFound, int, ints, modelOf, step, value, whole, zeros } from './shape-models.test.helper.ts';

const size = fc.integer({ min: 1, max: 5 });
const sizes = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(size, { minLength: least, maxLength: most });
const flag = fc.integer({ min: 0, max: 1 });
const any = fc.integer({ min: -6, max: 6 });

interface Trial {
  readonly dims: readonly number[];
  readonly nodes: readonly Node[];
  readonly constants?: readonly Tensor[];
}

const trial = (
  op: string,
  dims: readonly number[],
  constants: readonly Tensor[],
  attributes: Node['attributes'] = [],
): Trial => ({
  dims,
  constants,
  nodes: [step(op, ['x', ...constants.map(({ name = '' }) => name)], 'y', attributes)],
});

/** Nodes of any sizes, right or wrong. */
const trials: fc.Arbitrary<Trial> = fc.oneof(
  fc
    .tuple(fc.constantFrom('Add', 'Mul', 'Pow', 'MatMul', 'PRelu', 'Max'), sizes(0, 4), sizes(0, 4))
    .map(([op, dims, other]) => trial(op, dims, [zeros('b', other)])),
  fc
    .tuple(sizes(2, 2), sizes(2, 2), sizes(0, 2), flag, flag)
    .map(([dims, w, b, one, other]) =>
      trial('Gemm', dims, [zeros('w', w), zeros('b', b)], [int('transA', one), int('transB', other)]),
    ),
  fc
    .record({
      image: fc.tuple(size, size, fc.integer({ min: 1, max: 9 }), size),
      kernel: sizes(4, 4),
      group: fc.integer({ min: 1, max: 2 }),
      strides: sizes(2, 2),
      dilations: sizes(2, 2),
      pads: fc.array(flag, { minLength: 4, maxLength: 4 }),
      op: fc.constantFrom('Conv', 'ConvTranspose'),
    })
    .map(({ image, kernel, group, strides, dilations, pads, op }) =>
      trial(
        op,
        image,
        [zeros('w', kernel)],
        [int('group', group), ints('strides', strides), ints('dilations', dilations), ints('pads', pads)],
      ),
    ),
  fc
    .record({
      image: fc.tuple(size, size, fc.integer({ min: 1, max: 9 }), size),
      kernel: sizes(2, 2),
      strides: sizes(2, 2),
      ceil: flag,
      padding: fc.constantFrom('NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
      op: fc.constantFrom('MaxPool', 'AveragePool'),
    })
    .map(({ image, kernel, strides, ceil, padding, op }) =>
      trial(
        op,
        image,
        [],
        [
          ints('kernel_shape', kernel),
          ints('strides', strides),
          int('ceil_mode', ceil),
          { name: 'auto_pad', value: { kind: 'string', value: Buffer.from(padding) } },
        ],
      ),
    ),
  fc
    .tuple(sizes(0, 4), fc.array(any, { maxLength: 4 }), flag)
    .map(([dims, wanted, zero]) => trial('Reshape', dims, [whole('s', ...wanted)], [int('allowzero', zero)])),
  fc
    .tuple(
      fc.constantFrom('Squeeze', 'Unsqueeze'),
      sizes(0, 4),
      fc.array(any, { minLength: 1, maxLength: 2 }),
    )
    .map(([op, dims, axes]) => trial(op, dims, [whole('s', ...axes)])),
  fc
    .tuple(sizes(1, 4), fc.array(any, { minLength: 1, maxLength: 4 }))
    .map(([dims, order]) => trial('Transpose', dims, [], [ints('perm', order)])),
  fc
    .tuple(sizes(1, 3), any, any, any, any)
    .map(([dims, start, end, axis, by]) =>
      trial('Slice', dims, [whole('s', start), whole('e', end), whole('a', axis), whole('b', by)]),
    ),
  fc
    .tuple(sizes(0, 4), sizes(0, 4), any)
    .map(([dims, other, axis]) => trial('Concat', dims, [zeros('b', other)], [int('axis', axis)])),
  fc
    .tuple(fc.constantFrom('Flatten', 'Softmax', 'ArgMax'), sizes(0, 4), any)
    .map(([op, dims, axis]) => trial(op, dims, [], [int('axis', axis)])),
  fc
    .tuple(fc.constantFrom('Expand', 'Tile'), sizes(0, 3), sizes(0, 3))
    .map(([op, dims, wanted]) => trial(op, dims, [whole('s', ...wanted)])),
  fc
    .tuple(sizes(1, 3), fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 2, maxLength: 6 }))
    .map(([dims, pads]) => trial('Pad', dims, [whole('s', ...pads)])),
  fc
    .tuple(fc.constantFrom('ReduceMean', 'ReduceMax'), sizes(1, 4), fc.array(any, { maxLength: 2 }), flag)
    .map(([op, dims, axes, keep]) => trial(op, dims, [], [ints('axes', axes), int('keepdims', keep)])),
  fc
    .tuple(sizes(1, 3), fc.array(any, { minLength: 1, maxLength: 3 }), any)
    .map(([dims, indices, axis]) => trial('Gather', dims, [whole('s', ...indices)], [int('axis', axis)])),
  fc.tuple(sizes(1, 3), sizes(2, 2), any).map(([dims, parts, axis]): Trial => {
    const both = { ...step('Split', ['x', 's'], 'y', [int('axis', axis)]), outputs: ['y', 'z'] };
    return { dims, constants: [whole('s', ...parts)], nodes: [both] };
  }),
);

function modelWith({ dims, nodes, constants = [] }: Trial): OnnxModel {
  return modelOf({ inputs: [value('x', dims)], outputs: [value('y')], nodes, initializers: constants });
}

test('what ONNX Runtime runs has no problems, and the shape that was inferred', async (t) => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(trials, async (each) => {
      const model = modelWith(each);
      const problems = checkModel(outputTyped(model)).map(problemLine);
      const found = await shapeFound(await rewritten(t, outputTyped(model)), each.dims).catch(
        () => undefined,
      );
      if (found === undefined) return;
      ran += 1;
      assert.deepEqual(problems, []);
      assertFound(model, { y: found });
    }),
    { numRuns: 300, seed: 7 },
  );
  assert.ok(ran > 60, `${ran} ran`);
});

/** ArgMax makes whole numbers, all else what it takes. */
function outputTyped(model: OnnxModel): OnnxModel {
  const finds = model.graph.nodes.some(({ op }) => op === 'ArgMax');
  return finds ? { ...model, graph: { ...model.graph, outputs: [value('y', undefined, 'int64')] } } : model;
}

async function shapeFound(path: string, dims: readonly number[]): Promise<readonly number[] | undefined> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    const count = dims.reduce((all, dim) => all * dim, 1);
    const found = await session.run({ x: new RuntimeTensor('float32', new Float32Array(count), dims) });
    return found['y']?.dims;
  } finally {
    await session.release();
  }
}
