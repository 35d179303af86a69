import { type LoadOnnxModel, SlipwayError } from '@slipway/contract';

export type {
  BatchInit,
  BatchInitFunction,
  BatchRunFunction,
  EntryContext,
  EntryInit,
  EntryInitFunction,
  EntryModel,
  EntryRunFunction,
  OnnxInput,
  OnnxModel,
  OnnxOutput,
} from '@slipway/contract';

/**
 * Loads an ONNX file, or the one of a folder, on the engine of the replica that runs the script, which puts its own function in the place
 * of this one. Anywhere else it rejects with `unsupported`.
 */
export const loadOnnxModel: LoadOnnxModel = async () => {
  throw new SlipwayError(
    'unsupported',
    'loadOnnxModel works in an entry script that a replica runs: deploy it, or try it with "slipway dev score.ts --model FILE".',
  );
};
