import type { DeploymentConfig } from '@slipway/contract/api';
import type { Target } from '../targets/target.ts';
import type { ReplicaNote, ServiceNotes } from './replica-notes.ts';

/**
 * Begins the health checks that are due: `GET /status` at the admin listener of each replica that says it is ready.
 * Counts failures in a row in the notes and calls `failed` on each one.
 */
export function beginHealthChecks(
  target: Target,
  notes: ServiceNotes,
  configOf: (revision: number) => DeploymentConfig | undefined,
  now: number,
  failed: () => void,
): void {
  for (const note of notes.replicas.values()) {
    const config = configOf(note.revision);
    const ready = note.observed?.alive && note.observed.state?.phase === 'ready' && note.retiredAt === null;
    if (config === undefined || !ready || now < note.nextCheckAt) continue;
    note.nextCheckAt = now + config.periodSeconds * 1000;
    check(target, note, config.timeoutSeconds * 1000, failed);
  }
}

function check(target: Target, note: ReplicaNote, timeoutMs: number, failed: () => void): void {
  target.ask(note.id, 'status', timeoutMs).then(
    () => {
      note.failedChecks = 0;
    },
    () => {
      note.failedChecks += 1;
      failed();
    },
  );
}
