import { SlipwayError } from '@slipway/contract';
import type { Operation, OperationLogLine, OperationQuery } from '@slipway/contract/api';
import type { OperationLogRecord, OperationRecord } from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';
import { readPage, type StoredPage } from '../page.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';

/** Throws `not_found`. */
export async function requireOperation(
  reader: Reader,
  workspace: string,
  id: string,
): Promise<Stored<OperationRecord>> {
  await requireWorkspace(reader, workspace);
  const found = await reader.get('operations', id);
  if (found?.value.workspace === workspace) return found;
  throw new SlipwayError('not_found', `There is no operation "${id}" in the workspace "${workspace}".`, {
    details: { operation: id, workspace },
  });
}

/** A page of operations, newest first. */
export async function listOperations(
  reader: Reader,
  workspace: string,
  query: OperationQuery,
): Promise<StoredPage<OperationRecord>> {
  await requireWorkspace(reader, workspace);
  const { state, resource } = query;
  return readPage(reader, 'operations', query, {
    where: { workspace, ...(state !== undefined && { state }), ...(resource !== undefined && { resource }) },
    order: 'newest',
  });
}

/** The lines of an operation's log after the one with sequence `after`, oldest first, at most `limit`. */
export async function readOperationLog(
  reader: Reader,
  operationId: string,
  after: number,
  limit: number,
): Promise<readonly OperationLogLine[]> {
  const last = after === 0 ? undefined : await reader.get('operationLog', logKey(operationId, after));
  const lines = await reader.list('operationLog', {
    where: { operationId },
    limit,
    ...(last !== undefined && { after: last.sequence }),
  });
  return lines.map(({ value }) => logLineView(value));
}

function logKey(operationId: string, sequence: number): string {
  return `${operationId}/${String(sequence).padStart(10, '0')}`;
}

function logLineView({ operationId: _id, ...line }: OperationLogRecord): OperationLogLine {
  return line;
}

/** The operation as the API shows it. */
export function operationView({ value, etag }: Stored<OperationRecord>): Operation {
  const { lease: _lease, revision: _revision, conversion: _conversion, result = null, ...shown } = value;
  return { ...shown, result, etag };
}
