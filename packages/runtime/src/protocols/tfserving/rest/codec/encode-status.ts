/** The life of a version of a model, as the stock server names its states. */
export type VersionState = 'UNKNOWN' | 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** A version of a model, and how it is. */
export interface VersionStatus {
  readonly version: number;
  readonly state: VersionState;
  /** The name of a gRPC status and its message; absent: `OK`. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** Writes `{"model_version_status": […]}`. Versions are 64-bit integers and therefore strings. */
export function encodeStatus(versions: readonly VersionStatus[]): Buffer {
  const statuses = versions.map(({ version, state, error }) => ({
    version: String(version),
    state,
    status: { error_code: error?.code ?? 'OK', error_message: error?.message ?? '' },
  }));
  return Buffer.from(JSON.stringify({ model_version_status: statuses }));
}
