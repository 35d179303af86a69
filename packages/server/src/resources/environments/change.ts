import { SlipwayError } from '@slipway/contract';
import { isFinal } from '@slipway/contract/api';
import type { FinishedBuild } from '../../environments/build/build-folder.ts';
import type { OperationQueue } from '../../operations/operation-queue.ts';
import type { EnvironmentRecord, OperationRecord } from '../../store/collections.ts';
import type { Store, Stored, Writer } from '../../store/store.ts';
import { environmentId, findEnvironment, newestEnvironment } from './find.ts';
import { servicesInEnvironment } from './users.ts';

/** Orders a build, or answers the one that is under way. Throws `not_found`. */
export async function orderBuild(
  writer: Writer,
  { enqueue }: Pick<OperationQueue, 'enqueue'>,
  workspace: string,
  reference: string,
): Promise<Stored<OperationRecord>> {
  const { id, value } = await findEnvironment(writer, workspace, reference);
  const last = value.operationId === null ? undefined : await writer.get('operations', value.operationId);
  if (last !== undefined && !isFinal(last.value.state)) return last;
  const operation = await enqueue(writer, {
    workspace,
    kind: 'BuildEnvironment',
    resource: `environments/${environmentId(value)}`,
    revision: null,
  });
  await writer.put('environments', id, { ...value, operationId: operation.id });
  return operation;
}

/** Notes what was built for an environment; does nothing if it was deleted meanwhile. */
export async function noteBuild(store: Store, id: string, finished: FinishedBuild): Promise<void> {
  const { hash, tool, python, interpreter, packages, size, builtAt } = finished;
  const build = { hash, tool, python, interpreter, packages, size, builtAt };
  await store.write(async (writer) => {
    const found = await writer.get('environments', id);
    if (found === undefined || sameBuild(found.value, finished)) return;
    await writer.put('environments', id, { ...found.value, build });
  });
}

function sameBuild({ build }: EnvironmentRecord, { hash, builtAt }: FinishedBuild): boolean {
  return build?.hash === hash && build.builtAt === builtAt;
}

/** Deletes a version. Throws `not_found`, `precondition_failed`, and `in_use` while a service runs in it or is to. */
export async function deleteEnvironment(
  writer: Writer,
  workspace: string,
  reference: string,
  expect?: { readonly etag: string },
): Promise<void> {
  const { id, value } = await findEnvironment(writer, workspace, reference);
  const users = await servicesInEnvironment(writer, value);
  if (users.length > 0) throw inUse(value, users);
  await writer.remove('environments', id, expect);
  const newest = await newestEnvironment(writer, workspace, value.name);
  if (newest !== undefined && !newest.value.latest) {
    await writer.put('environments', newest.id, { ...newest.value, latest: true });
  }
}

function inUse(environment: EnvironmentRecord, users: readonly string[]): SlipwayError {
  return new SlipwayError(
    'in_use',
    `The environment ${environmentId(environment)} cannot be deleted because it is used by ${users.join(', ')}. Delete those services first, or update them to another environment.`,
    { details: { users } },
  );
}
