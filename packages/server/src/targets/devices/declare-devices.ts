import type { DeviceCounts } from '@slipway/contract/api';
import type { TargetDevice } from './device.ts';

/**
 * The devices that a target has: of a class that is declared as many as was said, else those that were found. With fewer
 * than were found, the first ones; with more, all are known by their numbers alone, since names of both kinds cannot be mixed.
 */
export function declareDevices(
  found: readonly TargetDevice[],
  declared: DeviceCounts,
): readonly TargetDevice[] {
  const asFound = found.filter((device) => declared[device.class] === undefined);
  const asDeclared = Object.entries(declared).flatMap(([name, count]) => {
    const own = found.filter((device) => device.class === name);
    return count <= own.length ? own.slice(0, count) : byNumber(name, count);
  });
  return [...asFound, ...asDeclared];
}

function byNumber(name: string, count: number): readonly TargetDevice[] {
  return Array.from({ length: count }, (_, index) => ({
    class: name,
    id: String(index),
    name: `${name} ${index}`,
    memoryMb: null,
    driver: null,
    declared: true,
  }));
}
