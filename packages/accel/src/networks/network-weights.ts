import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { type CatalogueEntry, type NetworkWeights, randomWeights } from '@slipway/graph/catalogue';
import { importFile } from '../weights/import-file.ts';
import { requireWeights } from '../weights/pulled-weights.ts';
import { sourceFiles } from '../weights/source-files.ts';
import { homeFolder } from './home-folder.ts';

/** Where the weights of a network are to come from: the home folder, unless something else is said. */
export interface WeightsChoice {
  /** The folder that weights were pulled into. Default: `$SLIPWAY_HOME`, else `~/.slipway`. */
  readonly home?: string | undefined;
  /** A file, a checkpoint or a folder of one, in any layout that is known. */
  readonly weights?: string | undefined;
  /** A seed: weights that nobody trained. */
  readonly randomWeights?: number | undefined;
  /** Those pulled for the quantized network, where there are any. */
  readonly quantized?: boolean | undefined;
}

/**
 * The weights of a network, without its classifier where the file has none. Throws `not_found` where there are none, which
 * says how to get them, and `invalid_argument` for weights of another network or two choices at once.
 */
export async function networkWeights(
  entry: CatalogueEntry,
  { home, weights, randomWeights: seed, quantized }: WeightsChoice,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<NetworkWeights> {
  if (seed !== undefined && weights !== undefined) {
    throw invalid('weights are either random or from a file: leave out one of both');
  }
  if (seed !== undefined) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw invalid(`the seed ${seed} is no whole number from 0`);
    return randomWeights(entry.network, seed);
  }
  if (weights === undefined) {
    const { path } = await requireWeights(entry, homeFolder(home), { quantized });
    return await importFile(entry, path, { signal });
  }
  const { folder, open } = await sourceFiles(weights);
  return await importFile(entry, join(folder, open), { signal });
}

function invalid(why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `randomWeights: ${why}.`, {
    details: { field: 'randomWeights' },
  });
}
