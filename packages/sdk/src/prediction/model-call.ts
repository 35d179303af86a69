import { SlipwayError, type Tensor } from '@slipway/contract';
import type { ScoreOptions } from './types.ts';

/** What a call is about, complete. */
export interface ModelCall {
  /** Empty where nobody named one. */
  readonly model: string;
  readonly version: string | undefined;
  readonly signature: string | undefined;
  readonly outputs: readonly string[] | undefined;
}

/** A call with what the client knows for all of them. */
export function modelCall(
  client: { readonly model?: string | undefined },
  { model, version, signature, outputs }: ScoreOptions,
): ModelCall {
  return {
    model: model ?? client.model ?? '',
    version: version === undefined ? undefined : String(version),
    signature,
    outputs,
  };
}

/** The outputs that were asked for, in that order. Throws if one is not there. */
export function chooseOutputs(
  outputs: readonly Tensor[],
  { outputs: wanted }: ModelCall,
): Readonly<Record<string, Tensor>> {
  const byName = new Map(outputs.map((output) => [output.name, output]));
  const names = wanted ?? [...byName.keys()];
  return Object.fromEntries(
    names.map((name) => [name, byName.get(name) ?? missing(name, [...byName.keys()])]),
  );
}

function missing(name: string, known: readonly string[]): never {
  throw new SlipwayError(
    'invalid_argument',
    `The service has no output "${name}": it answered with ${known.join(', ') || 'none'}.`,
    { details: { field: 'outputs' } },
  );
}
