import type { DeploymentConfig } from '@slipway/contract/api';
import type { RevisionRecord } from '../store/collections.ts';
import type { DeviceIds } from './devices/device.ts';

/** All that a target must know to start a replica. */
export interface ReplicaOrder {
  readonly id: string;
  readonly service: { readonly uid: string; readonly name: string; readonly workspace: string };
  readonly revision: number;
  readonly models: RevisionRecord['models'];
  readonly script?: RevisionRecord['script'];
  readonly config: DeploymentConfig;
  /** The devices that it alone has until it has ended. */
  readonly devices: DeviceIds;
}
