import type { ReplicaState } from '@slipway/contract';
import { writeFileAtomic } from '@slipway/transport';

/** The token of the admin listener is not in it, but nobody else needs to read it. */
const STATE_FILE_MODE = 0o600;

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
    await writeFileAtomic(path, `${JSON.stringify(latest, null, 2)}\n`, STATE_FILE_MODE);
  }

  return {
    write(state) {
      latest = state;
      next ??= start(current);
      return next;
    },
  };
}
