import type { ErrorBody } from '@slipway/contract';
import type { Capacity } from '@slipway/contract/api';
import type { Actual, RevisionGoal } from './world.ts';

/** Slack for sums of decimal fractions: 0.1 + 0.2 cores must fit into 0.3. */
const EPSILON = 1e-9;

/** What a machine that is otherwise empty would have to hold, if it cannot; else `undefined`. Waiting cannot help. */
export function neverFits(goal: RevisionGoal, capacity: Capacity): ErrorBody | undefined {
  const whole = { cpuCores: goal.numReplicas * goal.cpuCores, memoryGb: goal.numReplicas * goal.memoryGb };
  if (fits(whole, capacity)) return undefined;
  return unschedulable(goal, whole, capacity, 'the machine has');
}

/**
 * Why there is no room now for one more replica of `goal`, or `undefined` if there is.
 *
 * Memory is counted for everything that runs, also while it drains: memory cannot be shared. Cores are counted
 * as if replicas of this service that are on their way out had gone: cores can be shared, so a rollout may ask
 * for more than there are for as long as old and new stand side by side.
 */
export function lacksRoom(goal: RevisionGoal, actual: Actual, starting: number): ErrorBody | undefined {
  const { capacity, taken } = actual;
  const alive = actual.replicas.filter((replica) => replica.alive);
  const staying = alive.filter(
    (replica) =>
      replica.template === goal.template && replica.retiredAt === null && replica.drainedAt === null,
  );
  const asked = { cpuCores: goal.cpuCores, memoryGb: goal.memoryGb };
  const free = {
    cpuCores: capacity.cpuCores - taken.cpuCores - (staying.length + starting) * goal.cpuCores,
    memoryGb:
      capacity.memoryGb - taken.memoryGb - sum(alive.map((r) => r.memoryGb)) - starting * goal.memoryGb,
  };
  return fits(asked, free) ? undefined : unschedulable(goal, asked, free, 'free are');
}

function fits(asked: Capacity, free: Capacity): boolean {
  return asked.cpuCores <= free.cpuCores + EPSILON && asked.memoryGb <= free.memoryGb + EPSILON;
}

function unschedulable(goal: RevisionGoal, asked: Capacity, free: Capacity, has: string): ErrorBody {
  const rounded = { cpuCores: twoDigits(free.cpuCores), memoryGb: twoDigits(free.memoryGb) };
  const each = `${goal.cpuCores} CPU cores and ${goal.memoryGb} GB memory`;
  const what =
    asked.cpuCores === goal.cpuCores && asked.memoryGb === goal.memoryGb
      ? `1 replica of ${each}`
      : `${goal.numReplicas} replicas of ${each} each`;
  return {
    code: 'unschedulable',
    message:
      `${what} cannot be placed: ${has} ${rounded.cpuCores} CPU cores and ${rounded.memoryGb} GB. ` +
      'Ask for fewer replicas, cores or gigabytes, or remove another service.',
    details: { asked, free: rounded },
  };
}

function twoDigits(value: number): number {
  return Math.max(0, Math.floor(value * 100 + EPSILON) / 100);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
