import type { CollectedFile } from '@slipway/contract/api';
import { age, bytes } from './format.ts';
import { table } from './table.ts';

/** Files of collected data, a line each. */
export function collectedTable(files: readonly CollectedFile[]): string {
  return table(
    files,
    {
      file: ({ path }) => path,
      size: ({ bytes: size }) => bytes(size),
      written: ({ modifiedAt }) => age(modifiedAt),
    },
    'Nothing has been collected: deploy or update the service with --collect-model-data.',
  );
}
