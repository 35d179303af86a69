import { type CreateCollector, type LoadOnnxModel, SlipwayError } from '@slipway/contract';

export type {
  BatchInit,
  BatchInitFunction,
  BatchRunFunction,
  Collector,
  CollectorOptions,
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
 * Makes a collector of rows in the replica that runs the script, which puts its own function in the place of this one. Anywhere else it
 * throws `unsupported`.
 */
export const createCollector: CreateCollector = () => {
  throw onlyInScripts('createCollector');
};

/**
 * Loads an ONNX file, or the one of a folder, on the engine of the replica that runs the script, which puts its own function in the place
 * of this one. Anywhere else it rejects with `unsupported`.
 */
export const loadOnnxModel: LoadOnnxModel = async () => {
  throw onlyInScripts('loadOnnxModel');
};

function onlyInScripts(name: string): SlipwayError {
  return new SlipwayError(
    'unsupported',
    `${name} works in an entry script that a replica runs: deploy it, or try it with "slipway dev score.ts --model FILE".`,
  );
}
