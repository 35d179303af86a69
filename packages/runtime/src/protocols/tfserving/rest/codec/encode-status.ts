import type { VersionStatus } from '../../version-states.ts';

/** Writes `{"model_version_status": […]}`. Versions are 64-bit integers and therefore strings. */
export function encodeStatus(versions: readonly VersionStatus[]): Buffer {
  const statuses = versions.map(({ version, state, error }) => ({
    version: String(version),
    state,
    status: { error_code: error?.code ?? 'OK', error_message: error?.message ?? '' },
  }));
  return Buffer.from(JSON.stringify({ model_version_status: statuses }));
}
