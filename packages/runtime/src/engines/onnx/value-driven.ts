import type { OutlineNode, OutlineScope } from './read-outline.ts';

// https://onnx.ai/onnx/operators/ and https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md

/** Repeat a body until the data says that it is enough. */
const LOOPS: ReadonlySet<string> = new Set([
  'Loop',
  'Scan',
  'BeamSearch',
  'WhisperBeamSearch',
  'GreedySearch',
  'Sampling',
]);

/** Operators that make as much as the values of some inputs say, by the positions of these inputs. */
const SIZED_BY: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Compress: [1],
  ConstantOfShape: [0],
  DFT: [1],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  MaxUnpool: [2],
  MelWeightMatrix: [0, 1],
  NonMaxSuppression: [0, 1, 2, 3, 4],
  NonZero: [0],
  OneHot: [1],
  Pad: [1],
  Range: [0, 1, 2],
  // Before opset 11 the scales come second; since then that is the region, which changes no size.
  Resize: [1, 2, 3],
  STFT: [1, 3],
  StringSplit: [0],
  Tile: [1, 2],
  Unique: [0],
  Upsample: [1],
};

/** Tell of a value's shape alone. */
const SHAPE_READERS: ReadonlySet<string> = new Set(['Shape', 'Size']);

/**
 * The operators whose work is set by what a request's tensors hold, and not by their sizes alone: two requests
 * of the same size can then differ without bound in time and memory. An operator that takes its size from
 * constants or from shapes, as most exports have them, is none.
 */
export function valueDrivenOperators(scopes: readonly OutlineScope[]): readonly string[] {
  return [...new Set(scopes.flatMap(findIn))].sort();
}

function findIn({ nodes, constants }: OutlineScope): readonly string[] {
  /** Values that are the same for all requests of the same shapes; the empty name is an input left out. */
  const settled = new Set(constants).add('');
  const found: string[] = [];
  for (const node of nodes) {
    if (isValueDriven(node, settled)) found.push(node.operator);
    if (isSettled(node, settled)) for (const output of node.outputs) settled.add(output);
  }
  return found;
}

function isValueDriven({ operator, inputs }: OutlineNode, settled: ReadonlySet<string>): boolean {
  if (LOOPS.has(operator)) return true;
  const positions = SIZED_BY[operator] ?? [];
  return positions.some((position) => !settled.has(inputs[position] ?? ''));
}

function isSettled(node: OutlineNode, settled: ReadonlySet<string>): boolean {
  if (node.hasSubgraph) return false;
  return SHAPE_READERS.has(node.operator) || node.inputs.every((input) => settled.has(input));
}
