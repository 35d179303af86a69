import type { ComputeTarget } from '@slipway/contract/api';
import { details, table } from './table.ts';

/** Compute targets, a line each. */
export function computeTable(targets: readonly ComputeTarget[]): string {
  return table(
    targets,
    {
      name: ({ name }) => name,
      type: ({ type }) => type,
      state: ({ provisioningState }) => provisioningState,
      cpu: cores,
      memory,
    },
    'There are no compute targets.',
  );
}

/** All of a compute target. */
export function computeDetails(target: ComputeTarget): string {
  return details({
    Name: target.name,
    Type: target.type,
    State: target.provisioningState,
    CPU: cores(target),
    Memory: memory(target),
    Created: target.createdAt,
  });
}

function cores({ allocated, capacity }: ComputeTarget): string {
  return `${round(allocated.cpuCores)} of ${round(capacity.cpuCores)} cores`;
}

function memory({ allocated, capacity }: ComputeTarget): string {
  return `${round(allocated.memoryGb)} of ${round(capacity.memoryGb)} GB`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
