import type { DeploymentConfig } from '@slipway/contract/api';
import type { Target } from '../targets/target.ts';
import type { ReplicaNote, ServiceNotes } from './replica-notes.ts';

/**
 * Begins the health checks that are due: `GET /status` at the admin listener of each replica that says it is ready.
 * Counts successes in a row, and failures until enough of them were seen, in the notes; calls `failed` on each failure.
 */
export function beginHealthChecks(
  target: Target,
  notes: ServiceNotes,
  configOf: (revision: number) => DeploymentConfig | undefined,
  now: () => number,
  failed: () => void,
): void {
  for (const note of notes.replicas.values()) {
    const config = configOf(note.revision);
    const ready = note.observed?.alive && note.observed.state?.phase === 'ready' && note.retiredAt === null;
    if (config === undefined || !ready || now() < note.nextCheckAt) continue;
    note.nextCheckAt = now() + config.periodSeconds * 1000;
    target.ask(note.id, 'status', config.timeoutSeconds * 1000).then(
      () => noteSuccess(note, config),
      () => {
        noteFailure(note, config, now());
        failed();
      },
    );
  }
}

function noteSuccess(note: ReplicaNote, { successThreshold }: DeploymentConfig): void {
  note.answeredOnce = true;
  note.succeededChecks += 1;
  if (note.succeededChecks >= successThreshold) note.failedChecks = 0;
}

/** A replica that has never answered may be slow to begin with, for a while. */
function noteFailure(note: ReplicaNote, { initialDelaySeconds }: DeploymentConfig, now: number): void {
  note.succeededChecks = 0;
  if (!note.answeredOnce && now - note.startedAt < initialDelaySeconds * 1000) return;
  note.failedChecks += 1;
}
