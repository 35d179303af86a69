import Type, { type Static } from 'typebox';
import { Timestamp } from './common.ts';

/** A class of devices, such as `gpu` or `fpga`. */
export const DEVICE_CLASS_PATTERN = '^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$';

/** Most devices of a class that can be declared: a slip of the finger must not make a list without end. */
export const MAX_DECLARED_DEVICES = 1_024;

const DeviceClass = Type.String({ pattern: DEVICE_CLASS_PATTERN });

/** How many devices of each class. What is not named is none. */
const DeviceCounts = Type.Record(DeviceClass, Type.Integer({ minimum: 0 }), { additionalProperties: false });
export type DeviceCounts = Readonly<Static<typeof DeviceCounts>>;

/** What a target has, and what of it replicas have asked for. Memory in gigabytes of 10^9 bytes. */
export const Capacity = Type.Object({
  cpuCores: Type.Number(),
  memoryGb: Type.Number(),
  devices: DeviceCounts,
});
export type Capacity = Static<typeof Capacity>;

/** A GPU, or whatever else a replica has for itself. */
export const Device = Type.Object(
  {
    class: Type.String(),
    id: Type.String({
      description: 'What a replica is told: the UUID of a GPU; the number of a device that was declared.',
    }),
    name: Type.String(),
    memoryMb: Type.Union([Type.Integer(), Type.Null()], { description: 'Megabytes of 2^20 bytes.' }),
    driver: Type.Union([Type.String(), Type.Null()], { description: 'Version of its driver.' }),
    declared: Type.Boolean({ description: 'It is there because somebody said so; nothing was found.' }),
    service: Type.Union([Type.String(), Type.Null()], { description: 'The service that has it now.' }),
    replica: Type.Union([Type.String(), Type.Null()], { description: 'The replica that has it now.' }),
  },
  { $id: 'Device' },
);
export type Device = Static<typeof Device>;

/** A place where services run. `local`, this machine, is always there. */
export const ComputeTarget = Type.Object(
  {
    name: Type.String(),
    workspace: Type.String(),
    type: Type.Enum(['local']),
    provisioningState: Type.Enum(['Succeeded']),
    capacity: Capacity,
    allocated: Capacity,
    devices: Type.Array(Device),
    declaredDevices: DeviceCounts,
    deviceProblem: Type.Union([Type.String(), Type.Null()], {
      description: 'Why devices of the machine could not be found; `null`: nothing was in the way.',
    }),
    servicesUrl: Type.String({ description: 'Where its services are called; without a slash at the end.' }),
    createdAt: Timestamp,
  },
  { $id: 'ComputeTarget' },
);
export type ComputeTarget = Static<typeof ComputeTarget>;

/** Declares how many devices of a class a target has, whatever was found; `null`: what is found. What is left out stays. */
export const ComputeUpdate = Type.Object(
  {
    devices: Type.Record(
      DeviceClass,
      Type.Union([Type.Integer({ minimum: 0, maximum: MAX_DECLARED_DEVICES }), Type.Null()]),
      { additionalProperties: false },
    ),
  },
  { $id: 'ComputeUpdate', additionalProperties: false },
);
export type ComputeUpdate = Static<typeof ComputeUpdate>;
