import type { ReplicaState } from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';

/** Keeps a state file up to date; when states come faster than the disk takes them, only the last is written. */
export interface StateFile {
  /** Writes the state; resolves when it, or one that came after it, stands in the file. */
  write(state: ReplicaState): Promise<void>;
}

export function createStateFile(path: string): StateFile {
  let latest: ReplicaState;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function start(after: Promise<void> | undefined): Promise<void> {
    await after?.catch(() => undefined);
    current = next;
    next = undefined;
    await writeJsonFile(path, latest);
  }

  return {
    write(state) {
      latest = state;
      next ??= start(current);
      return next;
    },
  };
}
