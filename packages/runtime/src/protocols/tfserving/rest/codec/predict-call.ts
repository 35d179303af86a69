import type { Tensor } from '@slipway/contract';
import type { Naming } from '../../../tensor-names.ts';

/** The two shapes of a predict body, and of its answer: a list of instances, or one value for each input. */
export type PredictFormat = 'row' | 'column';

/** What a predict body asks for. That the tensors fit the signature is the data plane's to check. */
export interface PredictCall {
  readonly inputs: readonly Tensor[];
  readonly format: PredictFormat;
  /** The way to name the outputs. */
  readonly naming: Naming;
}
