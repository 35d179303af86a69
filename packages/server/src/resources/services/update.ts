import { isDeepStrictEqual } from 'node:util';
import type { ServiceUpdate } from '@slipway/contract/api';
import type { OperationRecord, RevisionRecord, ServiceRecord } from '../../store/collections.ts';
import type { Stored, Writer } from '../../store/store.ts';
import { addProperties } from '../attributes.ts';
import { authModeOf, completeConfig, scalingProblems, withCollector } from './config.ts';
import { withExpectedDevices } from './devices.ts';
import { changeable, requireService } from './find.ts';
import { sealKeys } from './keys.ts';
import { checkPlan, resolveModels } from './plan.ts';
import { addRevision, type RevisionPlan, requireRevision } from './revisions.ts';
import { type PackedSources, pinEnvironment, planScript } from './script.ts';
import type { ServiceDeps, ServiceTarget } from './service-deps.ts';
import { withTaken } from './take-over.ts';

/**
 * Changes a service: what is left out stays. Other models or another configuration make a new revision; words alone
 * (description, tags, properties) do not. While another operation works on the service, the new revision takes its
 * place. Throws `not_found`, `invalid_argument`, `unschedulable`, `conflict` (being deleted), `precondition_failed`.
 */
export async function updateService(
  writer: Writer,
  deps: ServiceDeps,
  target: ServiceTarget,
  update: ServiceUpdate,
  sources: PackedSources | undefined,
): Promise<Stored<OperationRecord>> {
  const { value: before } = changeable(await requireService(writer, target.workspace, target.name));
  const present = await requireRevision(writer, before, before.revision);
  const plan = await planUpdate(writer, deps, target.workspace, present, update, sources);
  const contradictions = scalingProblems(update.config, present.config);
  const reached = contradictions.length === 0 && isReached(present, plan, update);
  const asked = { replace: update.replace, problems: contradictions };
  const taken = reached ? [] : await checkPlan(writer, deps, before, plan, asked);
  const revision = reached ? before.revision : await addRevision(writer, before.uid, plan);
  const operation = await deps.operations.enqueue(writer, {
    workspace: target.workspace,
    kind: 'UpdateService',
    resource: `services/${target.name}`,
    revision: reached ? null : revision,
  });
  const changed: ServiceRecord = {
    ...before,
    ...authAfter(deps, before, plan),
    ...withTaken(before, taken),
    description: update.description === undefined ? before.description : update.description,
    tags: update.tags ?? before.tags,
    properties: addProperties(before.properties, update.addProperties),
    revision,
    operationId: operation.value.id,
    updatedAt: new Date().toISOString(),
  };
  await writer.put('services', target.name, changed, target.expect);
  return operation;
}

/** True if nothing that runs has to change. Asking again for what failed is a wish to try again. */
function isReached(present: RevisionRecord, plan: RevisionPlan, update: ServiceUpdate): boolean {
  const asked = [update.models, update.config, update.inferenceConfig];
  const wordsOnly = asked.every((one) => one === undefined);
  if (wordsOnly) return true;
  const { models, selections, script, config, status } = present;
  return status === 'active' && isDeepStrictEqual(plan, { models, selections, script, config });
}

async function planUpdate(
  writer: Writer,
  { traceCollector, fleet }: ServiceDeps,
  workspace: string,
  present: RevisionPlan,
  update: ServiceUpdate,
  sources: PackedSources | undefined,
): Promise<RevisionPlan> {
  const { models, selections } =
    update.models === undefined ? present : await resolveModels(writer, workspace, update.models);
  const config = withCollector(completeConfig(update.config, present.config), traceCollector);
  const chosen = planScript(update.inferenceConfig, sources, present.script);
  const script = chosen === present.script ? chosen : await pinEnvironment(writer, workspace, chosen);
  // Only a change of what runs is a reason to expect something else than before.
  const isOther = update.inferenceConfig !== undefined || update.config?.executionProviders !== undefined;
  const there = fleet.capacity().total.devices;
  const complete = isOther ? withExpectedDevices(config, script !== undefined, there) : config;
  return { models, selections, script, config: { ...complete } };
}

function authAfter(
  { vault }: ServiceDeps,
  before: ServiceRecord,
  { config }: RevisionPlan,
): Pick<ServiceRecord, 'authMode' | 'keys' | 'authGeneration'> {
  const authMode = authModeOf(config);
  if (authMode === before.authMode) {
    const { keys, authGeneration } = before;
    return { authMode, keys, authGeneration };
  }
  const keys = authMode === 'key' && before.keys === null ? sealKeys(vault, before.uid, {}) : before.keys;
  return { authMode, keys, authGeneration: before.authGeneration + 1 };
}
