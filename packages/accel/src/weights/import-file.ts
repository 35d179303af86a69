import {
  type CatalogueEntry,
  importWeights,
  type NetworkWeights,
  openWeights,
} from '@slipway/graph/catalogue';
import { withGraphErrorsLater } from '../graph-errors.ts';

export interface ImportOptions {
  /** `true`: with those of the classifier; `false`: without; else as the file has them. */
  readonly classifier?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The weights of a network from a file, all of them held to it, or to its featurizer where the file has no more. Throws
 * `invalid_argument` with all that is missing or of another shape.
 */
export async function importFile(
  { network }: Pick<CatalogueEntry, 'network'>,
  path: string,
  { classifier, signal }: ImportOptions = {},
): Promise<NetworkWeights> {
  return await withGraphErrorsLater(async () => {
    await using stored = await openWeights(path);
    return await importWeights(network, stored, { classifier: classifier ?? 'if there', signal });
  });
}
