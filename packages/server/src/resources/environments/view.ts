import type { Environment, EnvironmentState } from '@slipway/contract/api';
import type { EnvironmentRecord, OperationRecord } from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';
import { environmentId } from './find.ts';

/** The environment as the API shows it, with what its last build came to. */
export async function environmentView(
  reader: Reader,
  { value, etag }: Stored<EnvironmentRecord>,
): Promise<Environment> {
  const { latest: _latest, warnings, ...shown } = value;
  const last = value.operationId === null ? undefined : await reader.get('operations', value.operationId);
  const state = stateOf(value, last?.value);
  return {
    ...shown,
    id: environmentId(value),
    warnings: [...warnings],
    state,
    error: state === 'Failed' ? (last?.value.error ?? null) : null,
    etag,
  };
}

function stateOf({ build }: EnvironmentRecord, last: OperationRecord | undefined): EnvironmentState {
  if (last?.state === 'NotStarted' || last?.state === 'Running') return 'Building';
  if (build !== null) return 'Built';
  return last === undefined || last.state === 'Succeeded' ? 'NotBuilt' : 'Failed';
}
