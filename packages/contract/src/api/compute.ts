import Type, { type Static } from 'typebox';
import { Timestamp } from './common.ts';

/** What a target has, and what of it replicas have asked for. Memory in gigabytes of 10^9 bytes. */
export const Capacity = Type.Object({ cpuCores: Type.Number(), memoryGb: Type.Number() });
export type Capacity = Static<typeof Capacity>;

/** A place where services run. `local`, this machine, is always there. */
export const ComputeTarget = Type.Object(
  {
    name: Type.String(),
    workspace: Type.String(),
    type: Type.Enum(['local']),
    provisioningState: Type.Enum(['Succeeded']),
    capacity: Capacity,
    allocated: Capacity,
    servicesUrl: Type.String({ description: 'Where its services are called; without a slash at the end.' }),
    createdAt: Timestamp,
  },
  { $id: 'ComputeTarget' },
);
export type ComputeTarget = Static<typeof ComputeTarget>;
