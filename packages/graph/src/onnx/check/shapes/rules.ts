import { gemm, matrixProduct } from './contractions.ts';
import { arithmetic, cast, identity, same, sameTwice, sloped, stretching } from './elementwise.ts';
import {
  compress,
  constantOfShape,
  gather,
  gatherElements,
  gatherNd,
  nonMaxSuppression,
  nonZero,
  oneHot,
  range,
  scatterNd,
  shapeOf,
  slice,
  topK,
} from './indexing.ts';
import { blocks, concat, expand, flatten, pad, split, squeeze, tile, transpose, unsqueeze } from './moves.ts';
import {
  dynamicQuantization,
  layerNormalization,
  ofAttribute,
  perChannel,
  recurrent,
  resize,
} from './networks.ts';
import { indexOfBest, reduce, sizeOf } from './reductions.ts';
import { reshape } from './reshape.ts';
import type { Rule } from './rule.ts';
import { convolution, globalPool, pool, transposedConvolution } from './windows.ts';

interface Since {
  /** The version from which on the rule holds; before it, nothing is known. */
  readonly since: number;
  readonly rule: Rule;
}

const FAMILIES: readonly (readonly [number, Rule, string])[] = [
  [
    1,
    same,
    `Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitwiseNot CastLike Ceil Celu Clip Cos Cosh CumProd CumSum DequantizeLinear Elu
    Erf Exp EyeLike Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax IsInf IsNaN LRN LeakyRelu Log
    LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not QuantizeLinear RMSNormalization RandomNormalLike
    RandomUniformLike Reciprocal Relu ReverseSequence Round Scatter ScatterElements Selu Shrink Sigmoid Sign Sin Sinh Softmax
    Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu`,
  ],
  [1, sameTwice, 'Dropout'],
  [7, sloped, 'PRelu'],
  [1, identity, 'Identity'],
  [6, cast, 'Cast'],
  [7, arithmetic, 'Add Sub Mul Div'],
  [8, arithmetic, 'Min Max'],
  [
    7,
    stretching,
    `And BitShift BitwiseAnd BitwiseOr BitwiseXor Equal Greater GreaterOrEqual Less LessOrEqual Mod Or Pow Where Xor`,
  ],
  [8, stretching, 'Mean Sum'],
  [1, matrixProduct(0, 1), 'MatMul MatMulInteger'],
  [10, matrixProduct(0, 3), 'QLinearMatMul'],
  [7, gemm, 'Gemm'],
  [1, convolution(0, 1, 2), 'Conv'],
  [10, convolution(0, 1, Number.POSITIVE_INFINITY), 'ConvInteger'],
  [10, convolution(0, 3, 8), 'QLinearConv'],
  [1, transposedConvolution, 'ConvTranspose'],
  [1, pool, 'AveragePool LpPool MaxPool'],
  [1, globalPool, 'GlobalAveragePool GlobalLpPool GlobalMaxPool'],
  [1, layerNormalization, 'LayerNormalization'],
  [9, perChannel(1, 4), 'BatchNormalization'],
  [1, perChannel(1, 2), 'InstanceNormalization'],
  [7, recurrent(4), 'LSTM'],
  [7, recurrent(3), 'GRU'],
  [7, recurrent(1), 'RNN'],
  [9, resize, 'Resize Upsample'],
  [1, ofAttribute, 'RandomNormal RandomUniform'],
  [11, dynamicQuantization, 'DynamicQuantizeLinear'],
  [1, transpose, 'Transpose'],
  [1, squeeze, 'Squeeze'],
  [1, unsqueeze, 'Unsqueeze'],
  [1, flatten, 'Flatten'],
  [1, reshape, 'Reshape'],
  [8, expand, 'Expand'],
  [6, tile, 'Tile'],
  [1, pad, 'Pad'],
  [1, blocks, 'DepthToSpace SpaceToDepth'],
  [4, concat, 'Concat'],
  [2, split, 'Split'],
  [1, slice, 'Slice'],
  [1, gather, 'Gather'],
  [1, gatherElements, 'GatherElements'],
  [11, gatherNd, 'GatherND'],
  [11, scatterNd, 'ScatterND'],
  [1, topK, 'TopK'],
  [9, oneHot, 'OneHot'],
  [9, nonZero, 'NonZero'],
  [9, compress, 'Compress'],
  [10, nonMaxSuppression, 'NonMaxSuppression'],
  [11, range, 'Range'],
  [9, constantOfShape, 'ConstantOfShape'],
  [1, shapeOf, 'Shape'],
  [1, sizeOf, 'Size'],
  [1, indexOfBest, 'ArgMax ArgMin'],
  [
    1,
    reduce,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
  ],
];

const rules: ReadonlyMap<string, Since> = new Map(
  FAMILIES.flatMap(([since, rule, names]) =>
    names.split(/\s+/).map((name) => [name, { since, rule }] as const),
  ),
);

/** How the shapes of an operator's outputs follow; `undefined` where that is not known for the version. */
export function ruleOf(op: string, version: number): Rule | undefined {
  const found = rules.get(op);
  return found !== undefined && found.since <= version ? found.rule : undefined;
}
