import type { ModelVersionState } from '@slipway/contract';
import type { VersionStatus } from './rest/codec/encode-status.ts';

/** What the stock server calls a version that could not be loaded. */
const COULD_NOT_LOAD = 'FAILED_PRECONDITION';

/** How the versions of a model are, or the one of that number; newest first, as the stock server tells them. */
export function versionStates(
  states: readonly ModelVersionState[],
  model: string,
  wanted: number | undefined,
): readonly VersionStatus[] {
  return states
    .filter(({ name, version }) => name === model && (wanted === undefined || version === wanted))
    .map(({ version, phase, error }) => ({
      version,
      state: phase,
      error: error === null ? undefined : { code: COULD_NOT_LOAD, message: error.message },
    }))
    .sort((one, other) => other.version - one.version);
}
