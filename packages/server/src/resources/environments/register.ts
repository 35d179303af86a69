import { isDeepStrictEqual } from 'node:util';
import type { EnvironmentRegister } from '@slipway/contract/api';
import type { EnvironmentRecord } from '../../store/collections.ts';
import type { Stored, Writer } from '../../store/store.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';
import { environmentKey, newestEnvironment } from './find.ts';

/**
 * Registers a definition as the next version of its name, or answers the newest one if that has the same definition, with its words as
 * they are given now. A version is never given twice, also after a delete. Throws `not_found` (workspace).
 */
export async function registerEnvironment(
  writer: Writer,
  workspace: string,
  order: EnvironmentRegister,
  warnings: readonly string[],
): Promise<{ readonly stored: Stored<EnvironmentRecord>; readonly made: boolean }> {
  await requireWorkspace(writer, workspace);
  const now = new Date().toISOString();
  const before = await newestEnvironment(writer, workspace, order.name);
  if (before !== undefined && isDeepStrictEqual(before.value.definition, order.definition)) {
    const { description = before.value.description, tags = before.value.tags } = order;
    const same = { ...before.value, description, tags, warnings, updatedAt: now };
    return { stored: await writer.put('environments', before.id, same), made: false };
  }
  const version = await takeVersion(writer, workspace, order.name);
  if (before !== undefined) await writer.put('environments', before.id, { ...before.value, latest: false });
  const record: EnvironmentRecord = {
    workspace,
    name: order.name,
    version,
    latest: true,
    description: order.description ?? null,
    tags: order.tags ?? {},
    definition: order.definition,
    warnings,
    build: null,
    operationId: null,
    createdAt: now,
    updatedAt: now,
  };
  const key = environmentKey(workspace, order.name, version);
  return { stored: await writer.put('environments', key, record, 'absent'), made: true };
}

async function takeVersion(writer: Writer, workspace: string, name: string): Promise<number> {
  const key = `${workspace}/${name}`;
  const version = ((await writer.get('environmentCounters', key))?.value.lastVersion ?? 0) + 1;
  await writer.put('environmentCounters', key, { lastVersion: version });
  return version;
}
