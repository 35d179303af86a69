import type { RevisionRecord } from '../../store/collections.ts';
import type { Reader } from '../../store/store.ts';
import { type FieldProblem, refuseProblems } from '../field-problems.ts';
import { findModel } from '../models/find.ts';
import { unknownModelProblems } from './batching-problems.ts';
import { configProblems } from './config.ts';
import type { RevisionPlan } from './revisions.ts';
import { checkRoom } from './room.ts';
import type { ServiceDeps } from './service-deps.ts';

/** The model versions that references name. Throws `not_found`, and `invalid_argument` for one named twice. */
export async function resolveModels(
  reader: Reader,
  workspace: string,
  references: readonly string[],
): Promise<RevisionRecord['models']> {
  const models: RevisionRecord['models'][number][] = [];
  for (const [index, reference] of references.entries()) {
    const field = `models[${index}]`;
    const { value } = await findModel(reader, workspace, reference, field);
    const { name, version, digest } = value;
    if (models.some((model) => model.name === name && model.version === version)) {
      refuseProblems([{ field, message: `"${reference}" names ${name}:${version}, which is there already` }]);
    }
    models.push({ name, version, digest });
  }
  return models;
}

/** Refuses a plan that cannot be right or has no room. Throws `invalid_argument` with all problems, `unschedulable`. */
export async function checkPlan(
  reader: Reader,
  { fleet }: Pick<ServiceDeps, 'fleet'>,
  service: string,
  plan: RevisionPlan,
  further: readonly FieldProblem[] = [],
): Promise<void> {
  refuseProblems([...configProblems(plan.config), ...unknownModelProblems(plan), ...further]);
  await checkRoom(reader, fleet.capacity().total, service, plan.config);
}
