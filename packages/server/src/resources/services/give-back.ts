import type { ServiceRecord, TakenOver } from '../../store/collections.ts';
import type { Writer } from '../../store/store.ts';
import { addEvents, type EventNote } from './add-events.ts';
import { completeConfig, firstReplicas } from './config.ts';
import { addRevision, revisionKey } from './revisions.ts';
import type { ServiceDeps } from './service-deps.ts';

/** `1 fpga and 2 gpu`. */
export function devicesText(devices: TakenOver['devices']): string {
  return Object.entries(devices)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(' and ');
}

/**
 * Gives those from whom a service took devices over what they had: replicas or autoscaling, as a new revision with its operation,
 * told in the events of both. One that was changed or deleted meanwhile is left as it is. To be called in the transaction in
 * which the taker ends without having been healthy; returns the taker's record without what it has given back.
 */
export async function giveBack(
  writer: Writer,
  { operations }: Pick<ServiceDeps, 'operations'>,
  taker: ServiceRecord,
): Promise<ServiceRecord> {
  const { takenOver = [], ...rest } = taker;
  for (const taken of takenOver) await restore(writer, operations, taker, taken);
  return rest;
}

async function restore(
  writer: Writer,
  operations: ServiceDeps['operations'],
  taker: ServiceRecord,
  taken: TakenOver,
): Promise<void> {
  const service = (await writer.get('services', taken.name))?.value;
  if (service?.uid !== taken.uid || service.deleting || service.revision !== taken.revision) return;
  const revision = (await writer.get('revisions', revisionKey(service.uid, service.revision)))?.value;
  if (revision === undefined) return;
  const { numReplicas, autoscaler, devices } = taken;
  const config = { ...revision.config, numReplicas, autoscaler };
  const number = await addRevision(writer, service.uid, { ...revision, config });
  const operation = await operations.enqueue(writer, {
    workspace: service.workspace,
    kind: 'UpdateService',
    resource: `services/${service.name}`,
    revision: number,
  });
  const updatedAt = new Date().toISOString();
  const changed = { ...service, revision: number, operationId: operation.value.id, updatedAt };
  await writer.put('services', service.name, changed);
  const replicas = replicasText(firstReplicas(completeConfig(config)), autoscaler !== null);
  await addEvents(writer, service.uid, [
    given(`The service "${taker.name}" did not become healthy: this one has ${replicas} again.`),
  ]);
  await addEvents(writer, taker.uid, [
    given(
      `It did not become healthy, and gives ${devicesText(devices)} back to the service "${service.name}".`,
    ),
  ]);
}

function replicasText(count: number, isScaled: boolean): string {
  return `${count} ${count === 1 ? 'replica' : 'replicas'}${isScaled ? ' and its autoscaling' : ''}`;
}

function given(message: string): EventNote {
  return { type: 'Normal', reason: 'DevicesGivenBack', message, revision: null, replica: null };
}
