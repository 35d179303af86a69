import { SlipwayError } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import type { FloatNode } from '@slipway/graph/quantize';
import { type OpenModel, openModel } from '../session/open-model.ts';
import { type Answer, type Comparison, compareModels, rememberAnswers } from './compare-models.ts';
import { fewestInFloat, type Search } from './fewest-in-float.ts';
import type { Build, Built } from './forms.ts';
import { fp32Outputs } from './inputs/model-ends.ts';
import { type RankedLayer, rankLayers } from './layer-errors.ts';
import type { QuantizeProgress } from './options.ts';
import type { Fallback } from './report.ts';
import { type Samples, selectSamples, spreadOver } from './samples.ts';

/** The model in eight bits that counts, and how it compares. */
export interface FoundModel extends Built {
  readonly bytes: number;
  /** `undefined` where there were no samples. */
  readonly comparison: Comparison | undefined;
  readonly fallback: Fallback | null;
}

export interface FindOptions {
  readonly float: OpenModel;
  readonly build: Build;
  readonly evaluation: Samples | undefined;
  /** What layers are ranked by, none of which the agreement is measured with where that can be. */
  readonly ranking: Samples | undefined;
  readonly scores: string | undefined;
  readonly agreement: number | undefined;
  readonly threads: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: QuantizeProgress) => void;
}

/** Layers are ranked by so many samples: each takes a run of both models with all their tensors. */
const RANKING_SAMPLES = 8;

/** Without one of these in integers, nothing is. */
const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul']);

interface Tried extends Built {
  readonly bytes: number;
  readonly comparison: Comparison | undefined;
}

/**
 * Builds and compares; where an agreement is asked for and not kept, again with the worst layers in FP32. Throws
 * `invalid_argument` with the best that was reached where it cannot be kept.
 */
export async function findQuantized(model: OnnxModel, options: FindOptions): Promise<FoundModel> {
  const { agreement, evaluation } = options;
  const answer = rememberAnswers(options.float);
  const whole = await attempt(model, options, answer, [], 'comparing');
  if (agreement === undefined || evaluation === undefined) return { ...whole, fallback: null };
  let kept = { tried: whole, layers: [] as readonly RankedLayer[] };
  let ranked: readonly RankedLayer[] | undefined;
  const ranking = async () => {
    ranked ??= await rankLayers(model, whole, rankingSamples(options.ranking ?? evaluation), options);
    return ranked;
  };
  const most = mostInFloat(shareOf(whole) >= agreement ? [] : await ranking(), whole);
  const search = await fewestInFloat(most, agreement, async (float) => {
    if (float === 0) return shareOf(whole);
    options.onProgress({ phase: 'finding', done: float, total: most });
    const layers = (await ranking()).slice(0, float);
    const names = layers.map(({ node }) => node);
    const tried = await attempt(model, options, answer, names, undefined);
    const share = shareOf(tried);
    if (share >= agreement) kept = { tried, layers };
    return share;
  });
  if (search.kept === undefined) throw notReached(agreement, search, most);
  const float = kept.tried.float.map((each) => withReason(each, kept.layers));
  return { ...kept.tried, float, fallback: { asked: agreement, attempts: search.attempts } };
}

async function attempt(
  model: OnnxModel,
  { build, evaluation, scores, threads, signal, onProgress }: FindOptions,
  float: Answer,
  floatNodes: readonly string[],
  phase: QuantizeProgress['phase'] | undefined,
): Promise<Tried> {
  signal?.throwIfAborted();
  const built = build(floatNodes);
  await using open = await openModel(built.model, { threads, signal });
  const { bytes } = open;
  if (evaluation === undefined) return { ...built, bytes, comparison: undefined };
  const outputs = fp32Outputs(model).map(({ name }) => name);
  const onSample = (done: number) =>
    phase === undefined ? undefined : onProgress({ phase, done, total: evaluation.count });
  const comparison = await compareModels(float, open, evaluation, { outputs, scores, signal, onSample });
  return { ...built, bytes, comparison };
}

function rankingSamples(samples: Samples): Samples {
  return selectSamples(samples, spreadOver(samples.count, RANKING_SAMPLES), samples.description);
}

/** One layer with weights stays in integers, the last of them: else there is nothing to quantize. */
function mostInFloat(ranked: readonly RankedLayer[], { integer }: Built): number {
  const weighted = new Set(integer.filter(({ op }) => WEIGHTED.has(op)).map(({ node }) => node));
  return Math.max(
    0,
    ranked.findLastIndex(({ node }) => weighted.has(node)),
  );
}

function shareOf({ comparison }: Tried): number {
  return comparison === undefined || comparison.rows === 0 ? 0 : comparison.same / comparison.rows;
}

function withReason(float: FloatNode, layers: readonly RankedLayer[]): FloatNode {
  const layer = layers.find(({ node }) => node === float.node);
  if (layer === undefined) return float;
  const { added = 0 } = layer;
  // A layer may also take away noise that others made.
  const noise = added > 0 ? `: its noise is ${(100 * added).toPrecision(2)} % of its signal` : '';
  return { ...float, why: `it would cost agreement${noise}` };
}

function notReached(asked: number, { best, attempts }: Search, layers: number): SlipwayError {
  const field = 'agreement';
  const reached = `the best was ${best.share.toFixed(4)}, with ${best.float} of ${layers + 1} layers in FP32`;
  const instead = 'Calibrate with more or other samples, by another calibrator, or ask for less';
  return new SlipwayError('invalid_argument', `${field}: ${asked} is not reached; ${reached}. ${instead}.`, {
    details: { field, best, attempts },
  });
}
