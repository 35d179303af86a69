import type { Signature } from '@slipway/contract';
import type { DeclaredSignature } from './read-model-signature.ts';

/** The signature with the names of the classes at the outputs that score them. */
export function labelOutputs(
  { inputs, outputs }: Signature,
  { labels, labelFiles }: Pick<DeclaredSignature, 'labels' | 'labelFiles'>,
): Signature {
  const shown = outputs.map((spec) => {
    const names = labels.get(spec.name);
    const labelsFile = labelFiles.get(spec.name);
    if (names === undefined) return spec;
    return Object.freeze({ ...spec, labels: names, ...(labelsFile !== undefined && { labelsFile }) });
  });
  return Object.freeze({ inputs, outputs: Object.freeze(shown) });
}
