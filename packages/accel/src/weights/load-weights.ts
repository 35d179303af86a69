import {
  CATALOGUE,
  type CatalogueEntry,
  type CatalogueName,
  type NetworkWeights,
} from '@slipway/graph/catalogue';
import { importFile } from './import-file.ts';
import { requireWeights, type WeightsQuery } from './pulled-weights.ts';

export interface LoadOptions extends WeightsQuery {
  /** `false`: the featurizer's alone. */
  readonly classifier?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The weights of a network that were pulled into a home, as `buildNetwork` takes them; kernels may stay in their file.
 * Throws `not_found` where there are none, which says how to get them, and `invalid_argument` where
 * they have no classifier and one is asked for.
 */
export async function loadWeights(
  network: CatalogueName | CatalogueEntry,
  home: string,
  { classifier = true, signal, ...query }: LoadOptions = {},
): Promise<NetworkWeights> {
  const entry = typeof network === 'string' ? CATALOGUE[network] : network;
  const { path } = await requireWeights(entry, home, query);
  return await importFile(entry, path, { classifier, signal });
}
