import type { Node } from '../../onnx/model.ts';
import { floatAttribute, intAttribute } from '../elements.ts';
import type { Network } from '../network.ts';

/** The constants of a node that multiplies by them. */
export interface Weights {
  /** Name of the initializer. */
  readonly tensor: string;
  /** The axis of what the node makes of them; absent where kernels know only one scale for all. */
  readonly axis: number | undefined;
  /** Name of the initializer that is added, with one element for each index of the axis. */
  readonly bias: string | undefined;
}

/** Where a node's weights are, or why it cannot multiply integers, as the end of a sentence. */
export function weightsOf(node: Node, network: Network): Weights | string {
  const [, tensor = '', bias = ''] = node.inputs;
  const weights = network.constants.get(tensor);
  if (weights === undefined) return `its weights ${tensor} are no constant`;
  if (weights.elementType !== 'float') return `its weights ${tensor} are ${weights.elementType}, not float`;
  const rank = weights.dims.length;
  switch (node.op) {
    case 'Conv':
      return withBias({ tensor, axis: 0 }, bias, weights.dims[0], network);
    case 'Gemm': {
      const why = gemmProblem(node);
      const axis = intAttribute(node, 'transB', 0) === 0 ? 1 : 0;
      return why ?? withBias({ tensor, axis }, bias, weights.dims[axis], network);
    }
    default:
      return { tensor, axis: rank === 2 ? 1 : undefined, bias: undefined };
  }
}

/** ONNX Runtime's integer kernel multiplies as it is, or has a scale for the bias that differs from its own. */
function gemmProblem(node: Node): string | undefined {
  if (intAttribute(node, 'transA', 0) !== 0) return 'it transposes its first input';
  for (const name of ['alpha', 'beta']) {
    if (floatAttribute(node, name, 1) !== 1) return `its ${name} is not 1`;
  }
  return undefined;
}

function withBias(
  weights: Omit<Weights, 'bias'>,
  name: string,
  channels: number | undefined,
  network: Network,
): Weights | string {
  if (name === '') return { ...weights, bias: undefined };
  const bias = network.constants.get(name);
  if (bias === undefined) return `its bias ${name} is no constant`;
  if (bias.elementType !== 'float' || bias.dims.length !== 1 || bias.dims[0] !== channels) {
    return `its bias ${name} is ${bias.elementType} [${bias.dims.join(', ')}], not float [${channels ?? ''}]`;
  }
  return { ...weights, bias: name };
}
