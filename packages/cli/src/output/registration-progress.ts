import type { RegisterProgress } from '@slipway/sdk';
import { bytes } from './format.ts';
import type { Progress } from './progress.ts';

const DOING = { hashing: 'Reading', uploading: 'Sending', registering: 'Registering' } as const;

/** Shows how far the registration of a model, or the upload of sources, is. */
export function showRegistration(progress: Progress): (now: RegisterProgress) => void {
  return ({ phase, bytes: done, totalBytes, files }) =>
    progress.show(
      `${DOING[phase]} ${files === 1 ? 'a file' : `${files} files`}: ${bytes(done)} of ${bytes(totalBytes)}`,
    );
}
