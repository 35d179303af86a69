import { brokenReason, goalOf, isOverMemory, isServing, isStaying } from './judge.ts';
import type { RetireReason } from './steps.ts';
import type { Actual, Desired, ReplicaView } from './world.ts';

/** The replicas that stay, by what is to become of them. */
export interface Division {
  /** Replicas that the wanted revision wants. */
  readonly needed: number;
  /** They are what is wanted, ready or on their way to it. */
  readonly fresh: readonly ReplicaView[];
  /** They work, but are to be replaced: another template, or too much memory. */
  readonly old: readonly ReplicaView[];
  /** Of `old`, those that are only there because they take too much memory. */
  readonly swollen: readonly ReplicaView[];
  /** They cannot answer any more. */
  readonly broken: readonly { readonly replica: ReplicaView; readonly reason: RetireReason }[];
  /** Of `fresh`, those that can answer; and of `fresh` and `old`. */
  readonly freshServing: number;
  readonly serving: number;
}

/** Sorts the replicas of a service. */
export function divide(desired: Desired, actual: Actual, now: number): Division {
  const fresh: ReplicaView[] = [];
  const old: ReplicaView[] = [];
  const swollen: ReplicaView[] = [];
  const broken: { replica: ReplicaView; reason: RetireReason }[] = [];
  for (const replica of actual.replicas.filter(isStaying)) {
    const goal = goalOf(replica, desired);
    const reason = goal && brokenReason(replica, goal, now);
    if (reason !== undefined) broken.push({ replica, reason });
    else if (goal === undefined || goal !== desired.wanted) old.push(replica);
    else if (isOverMemory(replica, goal)) swollen.push(replica);
    else fresh.push(replica);
  }
  old.push(...swollen);
  const freshServing = fresh.filter(isServing).length;
  return {
    needed: desired.wanted?.numReplicas ?? 0,
    fresh,
    old,
    swollen,
    broken,
    freshServing,
    serving: freshServing + old.filter(isServing).length,
  };
}
