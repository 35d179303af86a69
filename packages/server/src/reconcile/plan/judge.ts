import type { RetireReason } from './steps.ts';
import type { Desired, ReplicaView, RevisionGoal } from './world.ts';

/** Runs, and nobody has decided otherwise. */
export function isStaying(replica: ReplicaView): boolean {
  return replica.alive && replica.retiredAt === null && replica.drainedAt === null;
}

/** Can answer requests. */
export function isServing(replica: ReplicaView): boolean {
  return isStaying(replica) && replica.phase === 'ready';
}

/** The goal that a replica was started for, if it is one of the two that count. */
export function goalOf(replica: ReplicaView, desired: Desired): RevisionGoal | undefined {
  const { wanted, active } = desired;
  if (wanted?.template === replica.template) return wanted;
  return active?.template === replica.template ? active : undefined;
}

/** Why a replica can no longer answer, whatever else is true; `undefined` if it can, or may still come to it. */
export function brokenReason(
  replica: ReplicaView,
  goal: RevisionGoal,
  now: number,
): RetireReason | undefined {
  if (replica.phase === 'stuck') return 'stuck';
  if (replica.failedChecks >= goal.failureThreshold) return 'unanswered';
  if (replica.readyAt === null && now - replica.startedAt > goal.rolloutTimeoutMs) return 'slow-start';
  return undefined;
}

/** True if it still answers, but takes more memory than it may. */
export function isOverMemory(replica: ReplicaView, goal: RevisionGoal): boolean {
  return (
    goal.memoryLimitBytes !== null &&
    replica.memoryBytes !== null &&
    replica.memoryBytes > goal.memoryLimitBytes
  );
}
