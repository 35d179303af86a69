import type { ServiceCreate } from '@slipway/contract/api';
import type { ModelVersion, TakenOver } from '../../store/collections.ts';
import type { Reader, Writer } from '../../store/store.ts';
import { type FieldProblem, refuseProblems } from '../field-problems.ts';
import { findModel } from '../models/find.ts';
import { unknownModelProblems } from './batching-problems.ts';
import { configProblems } from './config.ts';
import { registeredVersion, versionsOf } from './current-versions.ts';
import { exclusiveDeviceProblems } from './exclusive-devices.ts';
import type { RevisionPlan } from './revisions.ts';
import { askedBy, checkRoom, otherTenants } from './room.ts';
import { scriptProblems } from './script-problems.ts';
import { selectionProblems, selectVersions } from './select-versions.ts';
import type { ServiceDeps } from './service-deps.ts';
import { choosePredecessors, type Successor, takeOver } from './take-over.ts';

/**
 * The model versions that choices name: a reference one version, a selection those of its policy. Throws `not_found`,
 * and `invalid_argument` for one named twice and for versions that are not registered.
 */
export async function resolveModels(
  reader: Reader,
  workspace: string,
  choices: ServiceCreate['models'],
): Promise<Pick<RevisionPlan, 'models' | 'selections'>> {
  const models: ModelVersion[] = [];
  for (const [index, choice] of choices.entries()) {
    const field = `models[${index}]`;
    const chosen = await resolveChoice(reader, workspace, choice, field);
    for (const version of chosen) refuseTwice(models, version, choice, field);
    models.push(...chosen);
  }
  const selections = choices.filter((choice) => typeof choice !== 'string');
  return { models, selections: selections.length === 0 ? undefined : selections };
}

async function resolveChoice(
  reader: Reader,
  workspace: string,
  choice: ServiceCreate['models'][number],
  field: string,
): Promise<readonly ModelVersion[]> {
  const reference = typeof choice === 'string' ? choice : choice.name;
  const { value } = await findModel(reader, workspace, reference, field);
  if (typeof choice === 'string') return [registeredVersion(value)];
  const registered = await versionsOf(reader, workspace, value.name);
  refuseProblems(selectionProblems(registered, choice, field));
  return selectVersions(registered, choice);
}

function refuseTwice(
  models: readonly ModelVersion[],
  { name, version }: ModelVersion,
  choice: ServiceCreate['models'][number],
  field: string,
): void {
  if (!models.some((model) => model.name === name && model.version === version)) return;
  const reference = typeof choice === 'string' ? choice : choice.name;
  refuseProblems([{ field, message: `"${reference}" names ${name}:${version}, which is there already` }]);
}

/** What is asked of a plan besides. */
interface PlanRequest {
  /** Other services give way where they have the devices. */
  readonly replace?: boolean | undefined;
  readonly problems?: readonly FieldProblem[] | undefined;
}

/**
 * Refuses a plan that cannot be right or has no room, with `replace` after others made some. Throws `invalid_argument` with all
 * problems, `unschedulable`. Returns what was taken from others.
 */
export async function checkPlan(
  writer: Writer,
  deps: Pick<ServiceDeps, 'fleet' | 'operations'>,
  service: Successor,
  plan: RevisionPlan,
  { replace = false, problems = [] }: PlanRequest = {},
): Promise<readonly TakenOver[]> {
  refuseProblems([
    ...configProblems(plan.config),
    ...unknownModelProblems(plan),
    ...scriptProblems(plan),
    ...exclusiveDeviceProblems(plan),
    ...problems,
  ]);
  const { total } = deps.fleet.capacity();
  const others = await otherTenants(writer, service.name);
  const giveWay = replace ? choosePredecessors(total, others, askedBy(plan.config)) : [];
  checkRoom(
    total,
    others.filter((tenant) => !giveWay.includes(tenant)),
    plan.config,
  );
  return await takeOver(writer, deps, service, giveWay);
}
