import { isFinal } from '@slipway/contract/api';
import { scan } from '../resources/page.ts';
import type { Store, Writer } from '../store/store.ts';

/** Operations that are removed in one round: the rest has its turn in the next. */
const REMOVED_AT_ONCE = 500;

/**
 * Removes the operations that ended before `before` (a timestamp), with their logs, and answers how many. The last one
 * of a service that is there stays, however old: it says how the service became what it is.
 */
export async function removeOldOperations(store: Store, before: string): Promise<number> {
  const old = await findOld(store, before);
  for (const id of old) await store.write((writer) => removeOperation(writer, id));
  return old.length;
}

function findOld(store: Store, before: string): Promise<readonly string[]> {
  return store.read(async (reader) => {
    const last = new Set<string | null>();
    for await (const { value } of scan(reader, 'services', {})) last.add(value.operationId);
    const old: string[] = [];
    for await (const { id, value } of scan(reader, 'operations', {})) {
      // They come in the order of their making, and none ended before it was made.
      if (value.createdAt >= before || old.length === REMOVED_AT_ONCE) break;
      const ended = isFinal(value.state) && (value.finishedAt ?? value.createdAt) < before;
      if (ended && !last.has(id)) old.push(id);
    }
    return old;
  });
}

async function removeOperation(writer: Writer, id: string): Promise<void> {
  const lines: string[] = [];
  for await (const line of scan(writer, 'operationLog', { where: { operationId: id } })) lines.push(line.id);
  for (const line of lines) await writer.remove('operationLog', line);
  await writer.remove('operations', id);
}
