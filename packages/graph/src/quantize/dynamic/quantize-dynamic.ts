import { withoutDeadCode } from '../../onnx/edit/dead-code.ts';
import { makeNode, replaceNodes } from '../../onnx/edit/nodes.ts';
import { elementNumber } from '../../onnx/element-types.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { Node, OnnxModel, Tensor } from '../../onnx/model.ts';
import { namesFor } from '../apply/names-for.ts';
import { floatsOf } from '../elements.ts';
import { networkOf, titleOf } from '../network.ts';
import type { Exclusions } from '../plan/choose-nodes.ts';
import type { Weights } from '../plan/weights-of.ts';
import { weightScale } from '../scales/parameters.ts';
import { largestPerAxis, quantizePerAxis } from '../scales/quantize-values.ts';
import { DYNAMIC_OPS } from '../weight-only/form-operators.ts';
import { nodesToQuantize } from '../weight-only/nodes-to-quantize.ts';
import { rawTensor } from '../whole-tensor.ts';

export interface DynamicOptions {
  readonly exclude?: Exclusions | undefined;
  /** Weights of seven bits, for processors without VNNI. Default: false. */
  readonly reduceRange?: boolean | undefined;
}

/**
 * The model with Gemm and MatMul of constant matrices in integers, whose other side gets its scale anew in each run
 * (`DynamicQuantizeLinear`, `MatMulInteger`): it needs no calibration. Convolutions stay in FP32. Throws
 * `invalid_argument` where there is no such node, and for exclusions that name nothing.
 */
export function quantizeDynamic(
  given: OnnxModel,
  { exclude, reduceRange = false }: DynamicOptions = {},
): OnnxModel {
  const network = networkOf(given);
  const chosen = nodesToQuantize(network, DYNAMIC_OPS, exclude);
  const nameFor = namesFor(network.model.graph);
  const matrices = new Map<string, Matrix>();
  const inputs = new Map<string, Steps>();
  const model = replaceNodes(network.model, (node) => {
    const weights = chosen.get(titleOf(node));
    const tensor = network.constants.get(weights?.tensor ?? '');
    if (weights === undefined || tensor === undefined) return undefined;
    const key = JSON.stringify([weights.tensor, weights.axis]);
    const matrix = matrices.get(key) ?? matrixOf(tensor, weights, reduceRange, nameFor);
    matrices.set(key, matrix);
    const [taken = ''] = node.inputs;
    const known = inputs.get(taken);
    const steps = known ?? quantizeInput(taken, nameFor);
    inputs.set(taken, steps);
    return [...(known === undefined ? steps.nodes : []), ...multiply(node, steps, matrix, weights, nameFor)];
  });
  const added = [...matrices.values()].flatMap(({ tensors }) => tensors);
  const graph = { ...model.graph, initializers: [...model.graph.initializers, ...added] };
  return withoutDeadCode({ ...model, graph });
}

/** Weights as INT8 [inputs, outputs], with a scale for each output. */
interface Matrix {
  readonly whole: string;
  readonly scales: string;
  readonly tensors: readonly Tensor[];
}

function matrixOf(
  tensor: Tensor,
  { axis }: Weights,
  reduced: boolean,
  nameFor: (wanted: string) => string,
): Matrix {
  const [rows = 0, columns = 0] = tensor.dims;
  const values = axis === 0 ? transposed(floatsOf(tensor), rows, columns) : floatsOf(tensor);
  const dims = axis === 0 ? [columns, rows] : [rows, columns];
  const scales = Array.from(largestPerAxis(values, dims, 1), (largest) => weightScale(largest, { reduced }));
  const whole = nameFor(`${tensor.name}_quantized`);
  const scaleName = nameFor(`${tensor.name}_scale`);
  const bytes = quantizePerAxis(values, dims, 1, scales);
  const tensors = [rawTensor(whole, 'int8', dims, bytes), floatTensor(scaleName, [scales.length], scales)];
  return { whole, scales: scaleName, tensors };
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      turned[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return turned;
}

interface Steps {
  readonly whole: string;
  readonly scale: string;
  readonly zeroPoint: string;
  readonly nodes: readonly Node[];
}

function quantizeInput(taken: string, nameFor: (wanted: string) => string): Steps {
  const [whole, scale, zeroPoint] = [
    nameFor(`${taken}_quantized`),
    nameFor(`${taken}_scale`),
    nameFor(`${taken}_zero_point`),
  ];
  const outputs = [whole, scale, zeroPoint];
  const node = makeNode({ op: 'DynamicQuantizeLinear', name: `quantize_${whole}`, inputs: [taken], outputs });
  return { whole, scale, zeroPoint, nodes: [node] };
}

/** The sums of products as INT32, then as what they stand for, and the bias of Gemm. */
function multiply(
  node: Node,
  input: Steps,
  matrix: Matrix,
  { bias }: Weights,
  nameFor: (wanted: string) => string,
): readonly Node[] {
  const [made = ''] = node.outputs;
  const [sums, real, scale] = [nameFor(`${made}_sums`), nameFor(`${made}_real`), nameFor(`${made}_scale`)];
  const scaled = bias === undefined ? made : nameFor(`${made}_scaled`);
  const title = titleOf(node);
  const to = { name: 'to', value: { kind: 'int', value: BigInt(elementNumber('float')) } } as const;
  return [
    makeNode({
      op: 'MatMulInteger',
      name: title,
      inputs: [input.whole, matrix.whole, input.zeroPoint],
      outputs: [sums],
    }),
    makeNode({ op: 'Cast', name: `cast_${sums}`, inputs: [sums], outputs: [real], attributes: [to] }),
    makeNode({ op: 'Mul', name: `make_${scale}`, inputs: [input.scale, matrix.scales], outputs: [scale] }),
    makeNode({ op: 'Mul', name: `make_${scaled}`, inputs: [real, scale], outputs: [scaled] }),
    ...(bias === undefined
      ? []
      : [makeNode({ op: 'Add', name: `make_${made}`, inputs: [scaled, bias], outputs: [made] })]),
  ];
}
