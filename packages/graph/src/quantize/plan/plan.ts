import { GraphError } from '../../graph-error.ts';
import type { OnnxModel, Tensor } from '../../onnx/model.ts';
import { rangeOfValues } from '../calibrate/calibrator.ts';
import { floatsOf } from '../elements.ts';
import { type Network, networkOf, titleOf } from '../network.ts';
import {
  type ActivationType,
  affineParameters,
  type Parameters,
  type Range,
  symmetricParameters,
  weightScale,
} from '../scales/parameters.ts';
import { largestPerAxis } from '../scales/quantize-values.ts';
import {
  type ChosenNodes,
  chooseNodes,
  type Exclusions,
  type FloatNode,
  type IntegerNode,
} from './choose-nodes.ts';
import { type ChosenTensor, chooseTensors } from './choose-tensors.ts';
import { OPERATORS } from './operators.ts';

export interface PlanOptions {
  readonly exclude?: Exclusions | undefined;
  /** Default: `uint8`, which ONNX Runtime's kernels for x86 are fastest with. */
  readonly activations?: ActivationType | undefined;
  /** Activations around zero, without zero points: only with `int8`. Default: false. */
  readonly symmetric?: boolean | undefined;
  /** `float` leaves biases as they are, for runtimes that take no integers of 32 bits. Default: `int32`. */
  readonly biases?: BiasType | undefined;
  /** A scale for each channel of what weights make. Default: true. */
  readonly perChannel?: boolean | undefined;
  /** Weights of seven bits, for processors without VNNI, which sum up two products in 16 bits. Default: false. */
  readonly reduceRange?: boolean | undefined;
}

export type BiasType = 'int32' | 'float';

/** A tensor of activations that becomes integers, or a constant that is computed with like one. */
export interface TensorPlan extends Parameters {
  readonly tensor: string;
  readonly type: ActivationType;
  readonly place: ChosenTensor['place'];
  /** What was observed of the tensors that share the scale. */
  readonly range: Range;
  readonly sharedWith: readonly string[];
  readonly why: string;
}

/** Weights as INT8 around zero. */
export interface WeightPlan {
  readonly tensor: string;
  /** Absent: one scale for all. */
  readonly axis: number | undefined;
  readonly scales: readonly number[];
  /** The nodes that multiply by them, which take them as their second input. */
  readonly nodes: readonly string[];
}

/** A bias as INT32, whose scales are the products of those of activations and weights. */
export interface BiasPlan {
  readonly tensor: string;
  readonly scales: readonly number[];
  /** The node that adds it: an Add where a MatMul multiplies. */
  readonly node: string;
}

/** A node that runs in integers, with the tensors of the float model around it. */
export interface LayerPlan {
  readonly node: string;
  readonly op: string;
  /** Besides weights. */
  readonly takes: readonly string[];
  /** Behind the ReLU or the like that is done with it. */
  readonly makes: string;
}

/** Without one of these, no other operator runs in integers. */
const WEIGHTED = [...OPERATORS].filter(([, role]) => role === 'weighted').map(([op]) => op);

/** Which tensor gets which scale and why: what `applyPlan` makes of a model. It holds no weights, and may be kept as JSON. */
export interface QuantizationPlan {
  readonly tensors: readonly TensorPlan[];
  readonly weights: readonly WeightPlan[];
  readonly biases: readonly BiasPlan[];
  readonly biasType: BiasType;
  readonly integer: readonly LayerPlan[];
  /** Nodes that stay in FP32 although their operator has an integer kernel. */
  readonly float: readonly FloatNode[];
}

/** What is to be observed, besides what constants say themselves. */
export function tensorsToObserve(
  model: OnnxModel,
  options: Pick<PlanOptions, 'exclude'> = {},
): readonly string[] {
  const network = networkOf(model);
  const chosen = chooseTensors(network, chooseNodes(network, options.exclude).integer);
  const needed = new Set(chosen.flatMap(({ group }) => group));
  return [...needed].filter((tensor) => !network.constants.has(tensor));
}

/**
 * Plans a model in integers from the ranges of its tensors. Throws `invalid_argument` where no node can run in integers,
 * where the range of a tensor is missing, and for exclusions that name nothing.
 */
export function planQuantization(
  model: OnnxModel,
  ranges: ReadonlyMap<string, Range>,
  options: PlanOptions = {},
): QuantizationPlan {
  if (options.symmetric === true && options.activations !== 'int8')
    throw new GraphError(
      'invalid_argument',
      'Activations around zero are INT8: ask for int8 with symmetric.',
    );
  const network = networkOf(model);
  const nodes = chooseNodes(network, options.exclude);
  if (nodes.integer.length === 0) throw nothingToDo(nodes.float, WEIGHTED);
  const tensors = chooseTensors(network, nodes.integer).map((chosen) =>
    tensorPlan(chosen, network, ranges, options),
  );
  const weights = weightPlans(network, nodes, tensors, options);
  const { biases: biasType = 'int32' } = options;
  return {
    tensors,
    weights,
    biases: biasType === 'float' ? [] : biasPlans(nodes, tensors, weights),
    biasType,
    integer: nodes.integer.map(layerOf),
    float: nodes.float,
  };
}

/** What is told of an integer node. */
export function layerOf({ node, takes, makes }: IntegerNode): LayerPlan {
  return { node: titleOf(node), op: node.op ?? '', takes, makes };
}

/** That none of some operators can run in integers, with why the first of them cannot. */
export function nothingToDo(float: readonly FloatNode[], ops: readonly string[]): GraphError {
  const why = float
    .filter(({ op }) => ops.includes(op))
    .slice(0, 3)
    .map((each) => ` ${each.node} (${each.op}) stays in FP32: ${each.why}.`);
  const said = `The main graph has no ${ops.join(', ')} that can be quantized, and nothing would change.`;
  return new GraphError('invalid_argument', `${said}${why.join('')}`);
}

function tensorPlan(
  { tensor, place, group, why }: ChosenTensor,
  { constants }: Network,
  ranges: ReadonlyMap<string, Range>,
  { activations: type = 'uint8', symmetric = false }: PlanOptions,
): TensorPlan {
  const range = group
    .map((name) => rangeOf(name, constants.get(name), ranges))
    .reduce((one, other) => ({ min: Math.min(one.min, other.min), max: Math.max(one.max, other.max) }));
  const sharedWith = group.filter((each) => each !== tensor);
  const parameters = symmetric ? symmetricParameters(range) : affineParameters(range, type);
  return { tensor, type, place, range, sharedWith, why, ...parameters };
}

function rangeOf(name: string, constant: Tensor | undefined, ranges: ReadonlyMap<string, Range>): Range {
  if (constant !== undefined) {
    return rangeOfValues(name, floatsOf(constant)) ?? { min: 0, max: 0 };
  }
  const range = ranges.get(name);
  if (
    range !== undefined &&
    Number.isFinite(range.min) &&
    Number.isFinite(range.max) &&
    range.min <= range.max
  ) {
    return range;
  }
  const said = range === undefined ? 'was not observed' : `cannot be from ${range.min} to ${range.max}`;
  const instead = 'calibrate with the tensors of calibrationModel, and with the same exclusions';
  throw new GraphError('invalid_argument', `The range of ${name} ${said}: ${instead}.`);
}

/** Nodes that share weights share their scales, too, which must suit the largest bias. */
function weightPlans(
  { constants }: Network,
  { integer }: ChosenNodes,
  tensors: readonly TensorPlan[],
  { perChannel = true, reduceRange: reduced = false, biases }: PlanOptions,
): readonly WeightPlan[] {
  const scaleOf = new Map(tensors.map(({ tensor, scale }) => [tensor, scale]));
  const users = integer.filter(({ weights }) => weights !== undefined);
  const sets = Map.groupBy(users, ({ weights }) => JSON.stringify([weights?.tensor, weights?.axis]));
  return [...sets.values()].flatMap((nodes): readonly WeightPlan[] => {
    const used = nodes[0]?.weights;
    const tensor = constants.get(used?.tensor ?? '');
    if (used === undefined || tensor === undefined) return [];
    const axis = perChannel ? used.axis : undefined;
    const largest = largestPerAxis(floatsOf(tensor), tensor.dims, axis);
    const scales = new Array<number>(largest.length).fill(0);
    for (const { weights, takes } of nodes) {
      const bias = biases === 'float' ? undefined : constants.get(weights?.bias ?? '');
      const added =
        bias === undefined
          ? undefined
          : largestPerAxis(floatsOf(bias), bias.dims, axis === undefined ? axis : 0);
      const inputScale = scaleOf.get(takes[0] ?? '') ?? 1;
      for (const [channel, magnitude] of largest.entries()) {
        const scale = weightScale(magnitude, { bias: added?.[channel], inputScale, reduced });
        scales[channel] = Math.max(scales[channel] ?? 0, scale);
      }
    }
    return [{ tensor: used.tensor, axis, scales, nodes: nodes.map(({ node }) => titleOf(node)) }];
  });
}

function biasPlans(
  { integer }: ChosenNodes,
  tensors: readonly TensorPlan[],
  weights: readonly WeightPlan[],
): readonly BiasPlan[] {
  const scaleOf = new Map(tensors.map(({ tensor, scale }) => [tensor, scale]));
  const weightsOf = new Map(weights.flatMap((plan) => plan.nodes.map((node) => [node, plan] as const)));
  return integer.flatMap(({ node, adder, weights: own, takes }): readonly BiasPlan[] => {
    const inputScale = scaleOf.get(takes[0] ?? '');
    const plan = weightsOf.get(titleOf(node));
    if (own?.bias === undefined || inputScale === undefined || plan === undefined) return [];
    const scales = plan.scales.map((scale) => Math.fround(scale * inputScale));
    return [{ tensor: own.bias, scales, node: titleOf(adder) }];
  });
}
