import { sendSignal } from '../../processes/owned-process.ts';
import { processesWith } from '../../processes/processes-with.ts';

/** Names the replica in the environment of its script's processes: they are found by it when the replica has gone. */
export const REPLICA_VARIABLE = 'SLIPWAY_REPLICA';

/** The process table is read so often at most, for as long as something is left. */
const LOOK_EVERY_MS = 200;

/** A worker that has lost its replica ends itself within 5 s; what is left after this hangs, or has left its group. */
const KILL_AFTER_MS = 10_000;

/** What the scripts of replicas that have ended leave behind. */
export interface ScriptProcesses {
  /** True while processes of that replica's script run; those that do not end by themselves are killed. */
  areLeft(replicaId: string): Promise<boolean>;
  forget(replicaId: string): void;
}

interface Seen {
  readonly since: number;
  lookAt: number;
  areLeft: boolean;
}

/** Looks for what is left, seldom enough to be asked all the time. */
export function createScriptProcesses(now: () => number = () => performance.now()): ScriptProcesses {
  const seen = new Map<string, Seen>();
  return {
    forget: (id) => void seen.delete(id),
    areLeft: async (id) => {
      const known = seen.get(id) ?? { since: now(), lookAt: 0, areLeft: true };
      seen.set(id, known);
      if (!known.areLeft || now() < known.lookAt) return known.areLeft;
      known.lookAt = now() + LOOK_EVERY_MS;
      const left = await processesWith(REPLICA_VARIABLE, id);
      if (now() - known.since > KILL_AFTER_MS) for (const one of left) await sendSignal(one, 'SIGKILL');
      known.areLeft = left.length > 0;
      return known.areLeft;
    },
  };
}
