import { SlipwayError } from '@slipway/contract';
import { cutAt, type OnnxModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * The two parts of a pipeline's model, such as `composePipeline` takes them with another one; cut at its features, or at
 * other tensors that its nodes make. Throws `invalid_argument` where it has neither.
 */
export function splitPipeline(
  { model, features }: Pipeline,
  tensors: readonly string[] = features,
): { readonly featurizer: OnnxModel; readonly head: OnnxModel } {
  if (tensors.length === 0) {
    throw new SlipwayError(
      'invalid_argument',
      'tensors: the pipeline has no head behind its features; name the tensors to cut it at.',
      { details: { field: 'tensors' } },
    );
  }
  const { upTo, from } = withGraphErrors(() => cutAt(model, tensors));
  return { featurizer: upTo, head: from };
}
