import { SlipwayError } from '@slipway/contract';
import type { Workspace, WorkspaceCreate } from '@slipway/contract/api';
import type { WorkspaceRecord } from '../../store/collections.ts';
import type { Reader, Store, Stored, Writer } from '../../store/store.ts';

/** The workspace that is always there, so that nobody has to make one first. */
export const DEFAULT_WORKSPACE = 'default';

/** Makes the default workspace if it is not there. */
export async function ensureDefaultWorkspace(store: Store): Promise<void> {
  await store.write(async (writer) => {
    const present = await writer.get('workspaces', DEFAULT_WORKSPACE);
    if (present === undefined) await createWorkspace(writer, { name: DEFAULT_WORKSPACE });
  });
}

/** Throws `already_exists`. */
export function createWorkspace(writer: Writer, order: WorkspaceCreate): Promise<Stored<WorkspaceRecord>> {
  const now = new Date().toISOString();
  const { name, description = null, tags = {} } = order;
  return writer.put(
    'workspaces',
    name,
    { name, description, tags, createdAt: now, updatedAt: now },
    'absent',
  );
}

/** Throws `not_found`. */
export async function requireWorkspace(reader: Reader, name: string): Promise<Stored<WorkspaceRecord>> {
  const found = await reader.get('workspaces', name);
  if (found !== undefined) return found;
  throw new SlipwayError(
    'not_found',
    `There is no workspace "${name}". List them with GET /api/v1/workspaces.`,
    {
      details: { workspace: name },
    },
  );
}

/** Throws `not_found`, `in_use` with the models and services in it, and `conflict` for the default workspace. */
export async function deleteWorkspace(
  writer: Writer,
  name: string,
  expect?: { readonly etag: string },
): Promise<void> {
  await requireWorkspace(writer, name);
  if (name === DEFAULT_WORKSPACE) {
    throw new SlipwayError('conflict', `The workspace "${name}" is always there and cannot be deleted.`);
  }
  const users = await usersOf(writer, name);
  if (users.length > 0) {
    throw new SlipwayError(
      'in_use',
      `The workspace "${name}" is not empty: it holds ${users.join(', ')}. Delete those first.`,
      { details: { users } },
    );
  }
  await writer.remove('workspaces', name, expect);
}

/** How many of each kind an error lists. */
const MAX_LISTED_USERS = 100;

async function usersOf(reader: Reader, workspace: string): Promise<readonly string[]> {
  const query = { where: { workspace }, limit: MAX_LISTED_USERS };
  const services = await reader.list('services', query);
  const models = await reader.list('models', query);
  return [
    ...services.map(({ value }) => `services/${value.name}`),
    ...models.map(({ value }) => `models/${value.name}:${value.version}`),
  ];
}

/** The workspace as the API shows it. */
export function workspaceView({ value, etag }: Stored<WorkspaceRecord>): Workspace {
  return { ...value, etag };
}
