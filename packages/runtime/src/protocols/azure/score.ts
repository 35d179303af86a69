import { type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import type { Exchange } from '../exchange.ts';
import { JSON_TYPE } from '../headers.ts';
import { type InferSteps, infer, type Target } from '../infer.ts';
import { nameOutputs, renamed } from '../tensor-names.ts';
import { decodeScore, encodeScore, type ScoreCall } from './codec.ts';
import { runHeaders } from './headers.ts';

/** `/score` names no model: it is for the service's default. */
const DEFAULT_MODEL: Target = { ref: {} };

const STEPS: InferSteps<ScoreCall> = {
  decode: (body, { signature }) => decodeScore(body, signature),
  ofInputs: (inputs) => ({ inputs, outputs: undefined, outputNames: undefined, naming: 'key' }),
  encode: ({ outputs, timing }, call, { signature }) => ({
    status: 200,
    contentType: JSON_TYPE,
    headers: runHeaders(false, timing.runMs),
    body: encodeScore(published(outputs, call, signature)),
  }),
  refuseType,
};

/** Answers `POST /score`: body → tensors → data plane → JSON. The caller has been let in. */
export function score(exchange: Exchange): Promise<void> {
  return infer(exchange, DEFAULT_MODEL, STEPS);
}

/** The outputs as the caller knows them: those that were asked for come in that order. */
function published(
  outputs: readonly Tensor[],
  { outputNames, naming }: ScoreCall,
  signature: Signature,
): readonly Tensor[] {
  if (outputNames === undefined) return nameOutputs(outputs, signature, naming);
  return outputs.map((output, index) => renamed(output, outputNames[index] ?? output.name));
}

/** A body without a type is taken for JSON; one that says it is something else is not. */
function refuseType(type: string | undefined): SlipwayError | undefined {
  if (type === undefined || type === JSON_TYPE || /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    return undefined;
  return new SlipwayError('unsupported_media_type', 'Expects Content-Type to be application/json');
}
