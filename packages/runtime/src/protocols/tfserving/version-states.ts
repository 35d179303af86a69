import {
  type ModelVersionState,
  type SlipwayError,
  servableNotFound,
  type VersionChoice,
} from '@slipway/contract';

/** The life of a version of a model, as the stock server names its states. */
type VersionState = 'UNKNOWN' | 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** A version of a model, and how it is. */
export interface VersionStatus {
  readonly version: number;
  readonly state: VersionState;
  /** The name of a gRPC status and its message; absent: `OK`. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** What the stock server calls a version that could not be loaded. */
const COULD_NOT_LOAD = 'FAILED_PRECONDITION';

/**
 * How the version of a model is that a request names by its number, or how all are, newest first, as the stock server
 * tells them; a label is not looked at. `not_found` with the stock server's text if there is none.
 */
export function versionStates(
  states: readonly ModelVersionState[],
  model: string,
  wanted: VersionChoice,
): readonly VersionStatus[] | SlipwayError {
  const number = wanted.by === 'number' ? Number(wanted.version) : undefined;
  const found = states
    .filter(({ name, version }) => name === model && (number === undefined || version === number))
    .map(({ version, phase, error }) => ({
      version,
      state: phase,
      error: error === null ? undefined : { code: COULD_NOT_LOAD, message: error.message },
    }))
    .sort((one, other) => other.version - one.version);
  return found.length > 0 ? found : servableNotFound({ kind: 'status', model, version: wanted });
}
