import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { BfloatEnds, ModelFacts } from '../engine.ts';

const require = createRequire(import.meta.url);

/** To be counted up when what is put at the ends changes. */
export const CARRIED_ENDS_FORMAT = 'casts at BF16, format 1';

/** From here on weights lie beside the copy, from where ONNX Runtime maps them into memory. */
const MIN_EXTERNAL_BYTES = 1_024;

/**
 * Lets `load` have a file whose ends the binding can carry: the model's own; or, where ends are BF16, a copy that takes and
 * gives FP32 there and has the casts inside, which change no value. The copy is made below `room` with the weights
 * streamed, and removed once `load` returns. Throws `invalid_model` for a graph that cannot be given casts.
 */
export function withCarriedEnds<T>(facts: ModelFacts, room: string, load: (file: string) => T): T {
  const { file, bfloats } = facts;
  if (bfloats === undefined) return load(file);
  const folder = mkdtempSync(join(room, 'slipway-casts-'));
  try {
    const copy = join(folder, 'model.onnx');
    writeWithCasts(file, copy, bfloats);
    return load(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeWithCasts(file: string, copy: string, { inputs, outputs }: BfloatEnds): void {
  // Loaded only here, and blocking as loading a model is: few models need it, and all would start later.
  const graph = require('@slipway/graph/onnx') as typeof import('@slipway/graph/onnx');
  try {
    const model = graph.readModel(file);
    const carried = outputs.reduce((each, name) => graph.castOutput(each, name, 'float'), model);
    const whole = inputs.reduce((each, name) => graph.castInput(each, name, 'float'), carried);
    graph.writeModelSync(whole, copy, { externalFrom: MIN_EXTERNAL_BYTES });
  } catch (cause) {
    if (!(cause instanceof graph.GraphError)) throw cause;
    const name = basename(file);
    throw new SlipwayError(
      'invalid_model',
      `${name} has inputs or outputs of BF16 and cannot be given casts there: ${cause.message}`,
      { details: { file: name, inputs, outputs }, cause },
    );
  }
}
