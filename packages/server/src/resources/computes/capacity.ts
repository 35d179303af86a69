import type { Capacity, DeviceCounts } from '@slipway/contract/api';

/** Slack for sums of decimal fractions: 0.1 + 0.2 cores must fit into 0.3. */
const EPSILON = 1e-9;

/** What nothing asks for. */
export const NO_CAPACITY: Capacity = Object.freeze({ cpuCores: 0, memoryGb: 0, devices: Object.freeze({}) });

/** What all of these ask for together. */
export function totalOf(parts: readonly Capacity[]): Capacity {
  return parts.reduce((sum, part) => combined(sum, part, 1), NO_CAPACITY);
}

/** So many times the same. */
export function times(count: number, { cpuCores, memoryGb, devices }: Capacity): Capacity {
  return {
    cpuCores: count * cpuCores,
    memoryGb: count * memoryGb,
    devices: Object.fromEntries(Object.entries(devices).map(([name, each]) => [name, count * each])),
  };
}

/** What is left of `whole`; below zero where more is taken than there is. */
export function without(whole: Capacity, taken: Capacity): Capacity {
  return combined(whole, taken, -1);
}

/** True if all that is asked for is there. */
export function fitsInto(asked: Capacity, free: Capacity): boolean {
  return (
    asked.cpuCores <= free.cpuCores + EPSILON &&
    asked.memoryGb <= free.memoryGb + EPSILON &&
    lackingDevices(asked.devices, free.devices).length === 0
  );
}

/** The classes of which more is asked for than there is. */
export function lackingDevices(asked: DeviceCounts, free: DeviceCounts): readonly string[] {
  return Object.entries(asked).flatMap(([name, count]) =>
    count > 0 && count > (free[name] ?? 0) ? [name] : [],
  );
}

function combined(a: Capacity, b: Capacity, sign: 1 | -1): Capacity {
  const names = new Set([...Object.keys(a.devices), ...Object.keys(b.devices)]);
  return {
    cpuCores: a.cpuCores + sign * b.cpuCores,
    memoryGb: a.memoryGb + sign * b.memoryGb,
    devices: Object.fromEntries(
      [...names].map((name) => [name, (a.devices[name] ?? 0) + sign * (b.devices[name] ?? 0)]),
    ),
  };
}
