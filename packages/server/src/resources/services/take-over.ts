import type { Capacity } from '@slipway/contract/api';
import type { ServiceRecord, TakenOver } from '../../store/collections.ts';
import type { Writer } from '../../store/store.ts';
import { lackingDevices, totalOf, without } from '../computes/capacity.ts';
import { addEvents } from './add-events.ts';
import { completeConfig } from './config.ts';
import { devicesText } from './give-back.ts';
import { addRevision } from './revisions.ts';
import type { Tenant } from './room.ts';
import type { ServiceDeps } from './service-deps.ts';

/** Who takes devices over: a service that may not be there yet, and its next revision. */
export interface Successor {
  readonly uid: string;
  readonly name: string;
}

/**
 * The services that have to give way so that the devices in `asked` are free: of those that have such devices the ones that
 * were changed longest ago, no more than needed. None if all of them together are not enough.
 */
export function choosePredecessors(
  total: Capacity,
  others: readonly Tenant[],
  asked: Capacity,
): readonly Tenant[] {
  const chosen: Tenant[] = [];
  const lacking = () => {
    const staying = others.filter((tenant) => !chosen.includes(tenant));
    return lackingDevices(asked.devices, without(total, totalOf(staying.map((one) => one.asked))).devices);
  };
  const oldestFirst = others.toSorted((a, b) => (a.service.updatedAt < b.service.updatedAt ? -1 : 1));
  for (const tenant of oldestFirst) {
    if (lacking().some((name) => (tenant.asked.devices[name] ?? 0) > 0)) chosen.push(tenant);
  }
  return lacking().length === 0 ? chosen : [];
}

/**
 * Scales services to no replicas, so that another has their devices once they have drained, and tells it in both. Returns what they had,
 * to be kept with the successor until it is healthy.
 */
export async function takeOver(
  writer: Writer,
  { operations }: Pick<ServiceDeps, 'operations'>,
  successor: Successor,
  predecessors: readonly Tenant[],
): Promise<readonly TakenOver[]> {
  const takenOver: TakenOver[] = [];
  for (const { service, revision, asked } of predecessors) {
    const what = devicesText(asked.devices);
    const number = await addRevision(writer, service.uid, {
      ...revision,
      config: { ...revision.config, numReplicas: 0, autoscaler: null },
    });
    const operation = await operations.enqueue(writer, {
      workspace: service.workspace,
      kind: 'UpdateService',
      resource: `services/${service.name}`,
      revision: number,
    });
    const now = new Date().toISOString();
    const changed = { ...service, revision: number, operationId: operation.value.id, updatedAt: now };
    await writer.put('services', service.name, changed);
    const { uid, name } = service;
    const { numReplicas, autoscaler } = completeConfig(revision.config);
    takenOver.push({ uid, name, revision: number, numReplicas, autoscaler, devices: asked.devices });
    await tell(
      writer,
      service.uid,
      `The service "${successor.name}" takes over ${what}: this one is scaled to 0 replicas.`,
    );
    await tell(
      writer,
      successor.uid,
      `It takes over ${what} from the service "${service.name}", which is scaled to 0 replicas.`,
    );
  }
  return takenOver;
}

/** What a service has to give back now, as its record holds it: nothing is an absent field. */
export function withTaken(
  before: Pick<ServiceRecord, 'takenOver'> | undefined,
  taken: readonly TakenOver[],
): Pick<ServiceRecord, 'takenOver'> {
  const takenOver = [...(before?.takenOver ?? []), ...taken];
  return takenOver.length === 0 ? {} : { takenOver };
}

async function tell(writer: Writer, uid: string, message: string): Promise<void> {
  const reason = 'DevicesTakenOver';
  await addEvents(writer, uid, [{ type: 'Normal', reason, message, revision: null, replica: null }]);
}
