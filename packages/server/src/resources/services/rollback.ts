import { modelId, SlipwayError } from '@slipway/contract';
import type { ServiceRollback } from '@slipway/contract/api';
import type { OperationRecord, RevisionRecord, ServiceRecord } from '../../store/collections.ts';
import type { Reader, Stored, Writer } from '../../store/store.ts';
import { modelKey } from '../models/find.ts';
import { scan } from '../page.ts';
import { completeConfig } from './config.ts';
import { withCurrentVersions } from './current-versions.ts';
import { changeable, requireService } from './find.ts';
import { checkPlan } from './plan.ts';
import { addRevision, type RevisionPlan, requireRevision } from './revisions.ts';
import type { ServiceDeps, ServiceTarget } from './service-deps.ts';

/**
 * Goes back to what an earlier revision ran, as a new revision. How many replicas there are, how callers show who they
 * are, and which pages may call stays as it is now: that belongs to the present, not to what is run. Throws `not_found`, `conflict`
 * (no such revision was healthy, its model is deleted, service being deleted), `unschedulable`, `precondition_failed`.
 */
export async function rollbackService(
  writer: Writer,
  deps: ServiceDeps,
  target: ServiceTarget,
  order: ServiceRollback,
): Promise<Stored<OperationRecord>> {
  const { value: before } = changeable(await requireService(writer, target.workspace, target.name));
  const present = await requireRevision(writer, before, before.revision);
  const asked =
    order.revision === undefined
      ? await lastHealthyBefore(writer, before)
      : await requireRevision(writer, before, order.revision);
  const earlier = await withCurrentVersions(writer, target.workspace, asked);
  checkEarlier(before, earlier);
  await checkModels(writer, before, earlier);
  const plan = planRollback(present, earlier);
  await checkPlan(writer, deps, before, plan);
  const revision = await addRevision(writer, before.uid, plan);
  const operation = await deps.operations.enqueue(writer, {
    workspace: target.workspace,
    kind: 'RollbackService',
    resource: `services/${target.name}`,
    revision,
  });
  const changed: ServiceRecord = {
    ...before,
    revision,
    operationId: operation.value.id,
    updatedAt: new Date().toISOString(),
  };
  await writer.put('services', target.name, changed, target.expect);
  return operation;
}

function wasHealthy({ status }: RevisionRecord): boolean {
  return status === 'active' || status === 'superseded';
}

async function lastHealthyBefore(reader: Reader, service: ServiceRecord): Promise<RevisionRecord> {
  const query = { where: { serviceUid: service.uid }, order: 'newest' } as const;
  for await (const { value } of scan(reader, 'revisions', query)) {
    if (value.number < service.revision && wasHealthy(value)) return value;
  }
  throw new SlipwayError(
    'conflict',
    `The service "${service.name}" has no earlier revision that was healthy. Update it instead.`,
    { details: { revision: service.revision } },
  );
}

function checkEarlier(service: ServiceRecord, earlier: RevisionRecord): void {
  const details = { field: 'revision', revision: earlier.number };
  if (earlier.number === service.revision) {
    throw new SlipwayError(
      'conflict',
      `Revision ${earlier.number} is the one that the service "${service.name}" is to run already.`,
      { details },
    );
  }
  if (!wasHealthy(earlier)) {
    throw new SlipwayError(
      'conflict',
      `Revision ${earlier.number} of the service "${service.name}" was never healthy. Choose one whose status is active or superseded.`,
      { details },
    );
  }
}

async function checkModels(reader: Reader, service: ServiceRecord, earlier: RevisionRecord): Promise<void> {
  for (const { name, version } of earlier.models) {
    if ((await reader.get('models', modelKey(service.workspace, name, version))) !== undefined) continue;
    throw new SlipwayError(
      'conflict',
      `The model ${modelId(name, version)} of revision ${earlier.number} has been deleted. Update the service to another model.`,
      { details: { revision: earlier.number, model: modelId(name, version) } },
    );
  }
}

function planRollback(present: RevisionRecord, earlier: RevisionRecord): RevisionPlan {
  const { numReplicas, autoscaler, authEnabled, tokenAuthEnabled, corsOrigins } = completeConfig(
    present.config,
  );
  return {
    models: earlier.models,
    selections: earlier.selections,
    script: earlier.script,
    config: completeConfig({
      ...earlier.config,
      numReplicas,
      autoscaler,
      authEnabled,
      tokenAuthEnabled,
      corsOrigins,
    }),
  };
}
