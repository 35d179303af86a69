import { encodeModel } from '../onnx/encode.ts';
import { node, type OnnxGraph, tensor, tensorSpec } from '../onnx/model.ts';
import { OPSET } from './opset.ts';

const TRUE = Uint8Array.of(1);

/**
 * Counts `count` (INT64 [1]) up to `result` (FP32 [1]) in an ONNX Loop, a few microseconds a step: the
 * caller says how long a run takes, and a huge count is a run that is stuck. FP32 stops growing at 2^24.
 */
export function loopModel(): Uint8Array {
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('count', 'INT64', [1])],
      outputs: [tensorSpec('result', 'FP32', [1])],
      nodes: [node('Loop', ['count', 'true', 'zero'], ['result'], { body: { graph: addOneBody() } })],
      initializers: [tensor('true', 'BOOL', [], TRUE), tensor('zero', 'FP32', [1], Float32Array.of(0))],
    },
  });
}

/**
 * `y` (FP32 [1]) is 0 for an `x` (FP32 [1]) of 0 or less, at once. For anything up to 1, as warm-up tries it, `steps` steps of an
 * ONNX Loop come before: it starts slowly, and answers quickly.
 */
export function slowStartModel(steps: number): Uint8Array {
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('x', 'FP32', [1])],
      outputs: [tensorSpec('y', 'FP32', [1])],
      nodes: [
        node('Relu', ['x'], ['positive']),
        node('Ceil', ['positive'], ['units']),
        node('Mul', ['units', 'steps'], ['length']),
        node('Cast', ['length'], ['count'], { to: { int: 7 } }),
        node('Loop', ['count', 'true', 'zero'], ['y'], { body: { graph: addOneBody() } }),
      ],
      initializers: [
        tensor('steps', 'FP32', [1], Float32Array.of(steps)),
        tensor('true', 'BOOL', [], TRUE),
        tensor('zero', 'FP32', [1], Float32Array.of(0)),
      ],
    },
  });
}

function addOneBody(): OnnxGraph {
  return {
    name: 'add-one',
    inputs: [
      tensorSpec('step', 'INT64', []),
      tensorSpec('goOn', 'BOOL', []),
      tensorSpec('before', 'FP32', [1]),
    ],
    outputs: [tensorSpec('goOnNext', 'BOOL', []), tensorSpec('after', 'FP32', [1])],
    nodes: [node('Identity', ['goOn'], ['goOnNext']), node('Add', ['before', 'one'], ['after'])],
    initializers: [tensor('one', 'FP32', [1], Float32Array.of(1))],
  };
}

const FP64_IN_A_MEGABYTE = 125_000n;

/**
 * Answers with a `block` of as many megabytes of zeros as `megabytes` (INT64 [1]) says, so that a replica
 * outgrows its memory when it is asked to. FP64, because its text is a quarter of what it takes in memory.
 */
export function memoryHogModel(): Uint8Array {
  const elements = BigInt64Array.of(FP64_IN_A_MEGABYTE);
  const zero = tensor('zero', 'FP64', [1], Float64Array.of(0));
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('megabytes', 'INT64', [1])],
      outputs: [tensorSpec('block', 'FP64', ['elements'])],
      nodes: [
        node('Mul', ['megabytes', 'elementsInOne'], ['elements']),
        node('ConstantOfShape', ['elements'], ['block'], { value: { tensor: zero } }),
      ],
      initializers: [tensor('elementsInOne', 'INT64', [1], elements)],
    },
  });
}
