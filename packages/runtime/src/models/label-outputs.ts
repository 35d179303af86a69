import type { Signature } from '@slipway/contract';

/** The signature with the names of the classes at the outputs that score them. */
export function labelOutputs(
  { inputs, outputs }: Signature,
  labels: ReadonlyMap<string, readonly string[]>,
): Signature {
  const shown = outputs.map((spec) => {
    const names = labels.get(spec.name);
    return names === undefined ? spec : Object.freeze({ ...spec, labels: names });
  });
  return Object.freeze({ inputs, outputs: Object.freeze(shown) });
}
