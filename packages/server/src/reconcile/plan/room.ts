import type { ErrorBody } from '@slipway/contract';
import type { Capacity, DeviceCounts } from '@slipway/contract/api';
import {
  fitsInto,
  lackingDevices,
  NO_CAPACITY,
  times,
  totalOf,
  without,
} from '../../resources/computes/capacity.ts';
import type { Actual, RevisionGoal } from './world.ts';

/** What a machine that is otherwise empty would have to hold, if it cannot; else `undefined`. Waiting cannot help. */
export function neverFits(goal: RevisionGoal, capacity: Capacity): ErrorBody | undefined {
  return roomFor(goal.numReplicas, goal, capacity, 'the machine has');
}

/**
 * Why there is no room now for one more replica of `goal`, or `undefined` if there is.
 *
 * Memory and devices are counted for everything that runs, also while it drains: they cannot be shared. Cores are counted
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
  const own = totalOf([
    ...alive.map(({ memoryGb }) => ({ ...NO_CAPACITY, memoryGb })),
    ...actual.replicas
      .filter((replica) => replica.holdsDevices)
      .map(({ devices }) => ({ ...NO_CAPACITY, devices })),
    { ...NO_CAPACITY, cpuCores: staying.length * goal.cpuCores },
    times(starting, goal),
  ]);
  return roomFor(1, goal, without(without(capacity, taken), own), 'free are');
}

/**
 * True if a replica with devices of `wanted` can never stand beside one with those of `old`: all that other services leave
 * is not enough for both. Then the old one has to go first, even if it is the last that answers.
 */
export function excludeEachOther(wanted: DeviceCounts, old: DeviceCounts, actual: Actual): boolean {
  const both = totalOf([wanted, old].map((devices) => ({ ...NO_CAPACITY, devices })));
  const lacking = lackingDevices(both.devices, without(actual.capacity, actual.taken).devices);
  return lacking.some((name) => (wanted[name] ?? 0) > 0 && (old[name] ?? 0) > 0);
}

function roomFor(count: number, goal: RevisionGoal, free: Capacity, has: string): ErrorBody | undefined {
  const { cpuCores, memoryGb, devices } = goal;
  const asked = times(count, { cpuCores, memoryGb, devices });
  if (fitsInto(asked, free)) return undefined;
  const names = Object.keys(devices);
  const rounded = {
    cpuCores: twoDigits(free.cpuCores),
    memoryGb: twoDigits(free.memoryGb),
    devices: Object.fromEntries(names.map((name) => [name, Math.max(0, free.devices[name] ?? 0)])),
  };
  const each = list(`${cpuCores} CPU cores`, `${memoryGb} GB memory`, devices);
  const what = count === 1 ? `1 replica of ${each}` : `${count} replicas of ${each} each`;
  const there = list(`${rounded.cpuCores} CPU cores`, `${rounded.memoryGb} GB`, rounded.devices);
  const less = names.length === 0 ? 'cores or gigabytes' : 'cores, gigabytes or devices';
  return {
    code: 'unschedulable',
    message:
      `${what} cannot be placed: ${has} ${there}. ` +
      `Ask for fewer replicas, ${less}, or remove another service.`,
    details: { asked, free: rounded },
  };
}

/** `1 CPU cores, 1 GB memory and 1 gpu`. */
function list(cores: string, memory: string, devices: DeviceCounts): string {
  const parts = [cores, memory, ...Object.entries(devices).map(([name, count]) => `${count} ${name}`)];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function twoDigits(value: number): number {
  return Math.max(0, Math.floor(value * 100 + 1e-9) / 100);
}
