import { isFinal } from '@slipway/contract/api';
import type { OperationQueue } from '../../operations/operation-queue.ts';
import { operationView, readOperationLog, requireOperation } from '../../resources/operations/operations.ts';
import type { Store } from '../../store/store.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

/** Log lines that are read at a time. */
const LINES_PER_READ = 100;

/** Which operation, and after which log line to begin. */
export interface OperationPosition {
  readonly workspace: string;
  readonly id: string;
  readonly after: number;
}

/**
 * Every log line after `after` and the operation after every change, until its final state has been told or the
 * signal fires. What changed is read from the store, so that nothing told was not kept.
 */
export async function* operationEvents(
  { store, operations }: { readonly store: Store; readonly operations: Pick<OperationQueue, 'watch'> },
  { workspace, id, after }: OperationPosition,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const changes = createChangeFlag(signal);
  operations.watch(id, signal, changes.raise);
  let [sequence, etag] = [after, ''];
  while (!signal.aborted) {
    const { operation, lines } = await store.read(async (reader) => ({
      operation: await requireOperation(reader, workspace, id),
      lines: await readOperationLog(reader, id, sequence, LINES_PER_READ),
    }));
    for (const line of lines) {
      sequence = line.sequence;
      yield { event: 'log', data: line, id: String(sequence) };
    }
    if (lines.length === LINES_PER_READ) continue;
    if (operation.etag !== etag) {
      etag = operation.etag;
      yield { event: 'operation', data: operationView(operation) };
    }
    if (isFinal(operation.value.state)) return;
    await changes.wait();
  }
}

/** Remembers that something changed until somebody waits for it. */
function createChangeFlag(signal: AbortSignal): { raise(): void; wait(): Promise<void> } {
  let raised = false;
  let wake: (() => void) | undefined;
  const raise = () => {
    raised = true;
    wake?.();
  };
  signal.addEventListener('abort', raise, { once: true });
  return {
    raise,
    async wait() {
      if (!raised) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      raised = false;
    },
  };
}
