import { isFinal } from '@slipway/contract/api';
import type { OperationRecord, ServiceRecord } from '../../store/collections.ts';
import type { Stored, Writer } from '../../store/store.ts';
import { requireService } from './find.ts';
import { giveBack } from './give-back.ts';
import type { ServiceDeps, ServiceTarget } from './service-deps.ts';

/**
 * Marks a service for deletion, whatever else works on it. Asked again while it is being deleted, it answers the
 * operation that does it. What it took from others and was never healthy with goes back to them. Throws `not_found`, `precondition_failed`.
 */
export async function deleteService(
  writer: Writer,
  deps: Pick<ServiceDeps, 'operations'>,
  { workspace, name, expect }: ServiceTarget,
): Promise<Stored<OperationRecord>> {
  const { value } = await requireService(writer, workspace, name);
  const running = await runningDelete(writer, value);
  if (running !== undefined) return running;
  const operation = await deps.operations.enqueue(writer, {
    workspace,
    kind: 'DeleteService',
    resource: `services/${name}`,
    revision: null,
  });
  const changed: ServiceRecord = {
    ...(await giveBack(writer, deps, value)),
    deleting: true,
    operationId: operation.value.id,
    updatedAt: new Date().toISOString(),
  };
  await writer.put('services', name, changed, expect);
  return operation;
}

async function runningDelete(
  writer: Writer,
  service: ServiceRecord,
): Promise<Stored<OperationRecord> | undefined> {
  if (!service.deleting || service.operationId === null) return undefined;
  const operation = await writer.get('operations', service.operationId);
  return operation === undefined || isFinal(operation.value.state) ? undefined : operation;
}
