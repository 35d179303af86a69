import { isServing } from '../../reconcile/plan/judge.ts';
import type { RevisionGoal } from '../../reconcile/plan/world.ts';
import type { LiveService } from '../../reconcile/reconciler.ts';
import { viewOf } from '../../reconcile/replica-notes.ts';
import type { OperationReport } from '../operation-context.ts';

/** Turns what a rollout looks like into log lines: each said once. */
export function createRolloutReporter(
  report: (report: OperationReport) => Promise<void>,
  percentBefore: number,
): {
  report(
    live: Pick<LiveService, 'notes' | 'assessment' | 'wanted'>,
    goal: Pick<RevisionGoal, 'number' | 'template'>,
  ): Promise<void>;
} {
  let told = 0;
  let lastWarning = '';

  async function warn(message: string): Promise<void> {
    if (message === lastWarning) return;
    lastWarning = message;
    await report({ level: 'warn', message });
  }

  return {
    async report({ notes, assessment, wanted }, goal) {
      for (const restart of notes.restarts) {
        if (restart.template === goal.template) await warn(restart.error.message);
      }
      if (assessment?.state === 'Unschedulable' && assessment.error) await warn(assessment.error.message);
      // Before its first look at this revision the reconciler does not know how many the load asks for.
      if (wanted?.number !== goal.number) return;
      const { numReplicas } = wanted;
      const ready = [...notes.replicas.values()].filter(
        (note) => note.template === goal.template && isServing(viewOf(note, null)),
      ).length;
      while (told < Math.min(ready, numReplicas)) {
        told += 1;
        const percent = percentBefore + Math.floor((95 - percentBefore) * (told / numReplicas));
        await report({ percent, message: `Replica ${told} of ${numReplicas} is ready.` });
      }
    },
  };
}
