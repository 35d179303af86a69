import { type LoadedModel, randomWeightsOf, WEIGHTS_HEADER, weightsHeader } from '@slipway/contract';
import type { ServiceContext } from './service-context.ts';

/**
 * Says in an answer that nobody trained the weights of the version that answers, or of any that the service has where none
 * does: errors before one is found, and calls that ask of the server. Nothing where all were trained.
 */
export function weightsHeaders(
  context: Pick<ServiceContext, 'dataPlane' | 'models'>,
  model: LoadedModel | undefined,
): Readonly<Record<string, string>> | undefined {
  const weights =
    model === undefined
      ? randomWeightsOf((context.dataPlane()?.models ?? context.models).map((one) => one.weights))
      : model.weights;
  return weights === undefined ? undefined : { [WEIGHTS_HEADER]: weightsHeader(weights) };
}
