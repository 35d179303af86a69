import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeModel, node, type OnnxNode, temporaryFolder, tensor, tensorSpec } from '@slipway/testkit';
import { onnxEngine } from './onnx-engine.ts';

const constant = (name: string) =>
  node('Constant', [], [name], {
    value: { tensor: tensor('', 'INT64', [2], BigInt64Array.of(2n, 2n)) },
  });

/** A graph with the inputs `x` (data) and `n` (a size), and the constant `two`. */
const ROWS: readonly [string, readonly OnnxNode[], readonly string[]][] = [
  [
    'a tensor of the shape that a request names',
    [node('ConstantOfShape', ['n'], ['y'])],
    ['ConstantOfShape'],
  ],
  ['a constant shape', [node('Expand', ['x', 'two'], ['y'])], []],
  ['a shape from a Constant', [constant('shape'), node('Expand', ['x', 'shape'], ['y'])], []],
  ['the shape of an input', [node('Shape', ['x'], ['s']), node('ConstantOfShape', ['s'], ['y'])], []],
  [
    'what is computed of shapes and constants',
    [node('Shape', ['x'], ['s']), node('Mul', ['s', 'two'], ['t']), node('Tile', ['x', 't'], ['y'])],
    [],
  ],
  [
    'what is computed of a value and constants',
    [node('Mul', ['n', 'two'], ['t']), node('Tile', ['x', 't'], ['y'])],
    ['Tile'],
  ],
  ['a constant that a request may replace', [node('Expand', ['x', 'default'], ['y'])], ['Expand']],
  ['constant scales', [node('Resize', ['x', '', 'two'], ['y'])], []],
  ['scales of a request', [node('Resize', ['x', '', 'n'], ['y'])], ['Resize']],
  ['sizes of a request', [node('Resize', ['x', '', '', 'n'], ['y'])], ['Resize']],
  [
    'a choice among the data',
    [node('NonZero', ['x'], ['i']), node('Unique', ['x'], ['y'])],
    ['NonZero', 'Unique'],
  ],
  ['as much as there is', [node('Relu', ['x'], ['y']), node('TopK', ['x', 'n'], ['k', 'i'])], []],
];
for (const [what, nodes, expected] of ROWS) {
  test(`${what}: ${expected.length === 0 ? 'size alone decides' : `${expected} go by values`}`, async (t) => {
    const folder = await temporaryFolder(t);
    const graph = {
      inputs: [
        tensorSpec('x', 'FP32', ['a', 'b']),
        tensorSpec('n', 'INT64', [2]),
        tensorSpec('default', 'INT64', [2]),
      ],
      outputs: [tensorSpec('y', 'FP32', ['c', 'd'])],
      nodes,
      initializers: ['two', 'default'].map((name) => tensor(name, 'INT64', [2], BigInt64Array.of(2n, 2n))),
    };
    await writeFile(join(folder, 'm.onnx'), encodeModel({ opset: 17, graph }));
    assert.deepEqual(onnxEngine.inspect(folder).valueDriven, expected);
  });
}
