import type { OnnxModel } from '@slipway/graph/onnx';
import { tensorsToCompare, withOutputs, worstLayers } from '@slipway/graph/quantize';
import { withGraphErrors } from '../graph-errors.ts';
import { openModel } from '../session/open-model.ts';
import { compareModels } from './compare-models.ts';
import type { Built } from './forms.ts';
import type { Samples } from './samples.ts';

/** A layer, and the noise that it adds, as a part of its signal. */
export interface RankedLayer {
  readonly node: string;
  /** `undefined` where it was not compared. */
  readonly added: number | undefined;
}

/** The layers in the order in which they are best left in FP32, told by all of these samples. */
export async function rankLayers(
  model: OnnxModel,
  built: Built,
  samples: Samples,
  { threads, signal }: { readonly threads: number | undefined; readonly signal: AbortSignal | undefined },
): Promise<readonly RankedLayer[]> {
  const outputs = withGraphErrors(() => tensorsToCompare(model, built));
  await using float = await openModel(
    withGraphErrors(() => withOutputs(model, outputs)),
    { threads, signal },
  );
  await using other = await openModel(
    withGraphErrors(() => withOutputs(built.model, outputs)),
    {
      threads,
      signal,
    },
  );
  const { errors } = await compareModels((_, feeds, wanted) => float.run(feeds, wanted), other, samples, {
    outputs,
    scores: undefined,
    signal,
  });
  const ranked = worstLayers(built, errors).map(({ node, added }) => ({ node, added }));
  const known = new Set(ranked.map(({ node }) => node));
  const others = built.integer.filter(({ node }) => !known.has(node));
  return [...ranked, ...others.map(({ node }) => ({ node, added: undefined }))];
}
