import { randomUUID } from 'node:crypto';
import { SlipwayError } from '@slipway/contract';
import type { ServiceCreate } from '@slipway/contract/api';
import type { OperationRecord, ServiceRecord } from '../../store/collections.ts';
import type { Stored, Writer } from '../../store/store.ts';
import { addProperties } from '../attributes.ts';
import { checkComputeTarget, LOCAL_TARGET } from '../computes/computes.ts';
import type { FieldProblem } from '../field-problems.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';
import { authModeOf, completeConfig, scalingProblems, withCollector } from './config.ts';
import { withExpectedDevices } from './devices.ts';
import { changeable } from './find.ts';
import { sealKeys } from './keys.ts';
import { checkPlan, resolveModels } from './plan.ts';
import { addRevision, type RevisionPlan } from './revisions.ts';
import { type PackedSources, pinEnvironment, planScript } from './script.ts';
import type { ServiceDeps, ServiceTarget } from './service-deps.ts';
import { withTaken } from './take-over.ts';

/**
 * Makes a service with its first revision and the operation that deploys it. With `overwrite`, a service of that
 * name in the same workspace gets a new revision instead, as if it were made now; its id, keys and properties stay.
 * Throws `invalid_argument`, `not_found` (workspace, model, target), `already_exists`, `unschedulable`, `conflict`
 * (being deleted), `precondition_failed`.
 */
export async function createService(
  writer: Writer,
  deps: ServiceDeps,
  { workspace, expect }: Omit<ServiceTarget, 'name'>,
  order: ServiceCreate,
  sources: PackedSources | undefined,
): Promise<Stored<OperationRecord>> {
  await requireWorkspace(writer, workspace);
  checkComputeTarget(order.computeTarget ?? LOCAL_TARGET);
  const existing = await writer.get('services', order.name);
  if (existing !== undefined) checkOverwrite(existing, workspace, order);
  const plan = await planCreate(writer, deps, workspace, order, sources);
  const uid = existing?.value.uid ?? randomUUID();
  const problems = [...keyProblems(order, plan), ...scalingProblems(order.config)];
  const named = { uid, name: order.name };
  const taken = await checkPlan(writer, deps, named, plan, { replace: order.replace, problems });
  const revision = await addRevision(writer, uid, plan);
  const operation = await deps.operations.enqueue(writer, {
    workspace,
    kind: existing === undefined ? 'DeployService' : 'UpdateService',
    resource: `services/${order.name}`,
    revision,
  });
  const now = new Date().toISOString();
  const record: ServiceRecord = {
    uid,
    name: order.name,
    workspace,
    computeTarget: order.computeTarget ?? LOCAL_TARGET,
    description: order.description ?? null,
    tags: order.tags ?? {},
    properties: addProperties(existing?.value.properties ?? {}, order.properties),
    ...authOf(deps, uid, existing?.value, order, plan),
    revision,
    deleting: false,
    ...withTaken(existing?.value, taken),
    operationId: operation.value.id,
    createdAt: existing?.value.createdAt ?? now,
    updatedAt: now,
  };
  await writer.put('services', order.name, record, expect ?? (existing === undefined ? 'absent' : undefined));
  return operation;
}

async function planCreate(
  writer: Writer,
  { traceCollector, fleet }: ServiceDeps,
  workspace: string,
  order: ServiceCreate,
  sources: PackedSources | undefined,
): Promise<RevisionPlan> {
  const models = await resolveModels(writer, workspace, order.models);
  const script = await pinEnvironment(writer, workspace, planScript(order.inferenceConfig, sources));
  const config = withCollector(completeConfig(order.config), traceCollector);
  const there = fleet.capacity().total.devices;
  return { ...models, script, config: withExpectedDevices(config, script !== undefined, there) };
}

function checkOverwrite(existing: Stored<ServiceRecord>, workspace: string, order: ServiceCreate): void {
  const { value } = existing;
  const details = { service: order.name, workspace: value.workspace };
  if (value.workspace !== workspace) {
    throw new SlipwayError(
      'already_exists',
      `A service "${order.name}" exists in the workspace "${value.workspace}", and the address of a service is its name. Choose another name.`,
      { details },
    );
  }
  if (order.overwrite !== true) {
    throw new SlipwayError(
      'already_exists',
      `A service "${order.name}" exists already in the workspace "${workspace}". Choose another name, or set overwrite to update it.`,
      { details },
    );
  }
  changeable(existing);
}

function keyProblems(order: ServiceCreate, { config }: RevisionPlan): readonly FieldProblem[] {
  const { primaryKey, secondaryKey } = order;
  const given = (['primaryKey', 'secondaryKey'] as const).filter((field) => order[field] !== undefined);
  if (authModeOf(config) !== 'key') {
    return given.map((field) => ({ field, message: 'was given, but the service does not use keys' }));
  }
  if (primaryKey === undefined || primaryKey !== secondaryKey) return [];
  return [{ field: 'secondaryKey', message: 'must differ from primaryKey' }];
}

/** Mode, keys and their generation. An overwritten service keeps the keys that its callers have. */
function authOf(
  { vault }: ServiceDeps,
  uid: string,
  existing: ServiceRecord | undefined,
  order: ServiceCreate,
  plan: RevisionPlan,
): Pick<ServiceRecord, 'authMode' | 'keys' | 'authGeneration'> {
  const authMode = authModeOf(plan.config);
  const chosen = order.primaryKey !== undefined || order.secondaryKey !== undefined;
  const keys =
    authMode === 'key' && (chosen || !existing?.keys)
      ? sealKeys(vault, uid, order)
      : (existing?.keys ?? null);
  const changed = authMode !== existing?.authMode || keys !== existing.keys;
  return { authMode, keys, authGeneration: (existing?.authGeneration ?? 0) + (changed ? 1 : 0) };
}
