import { SlipwayError } from '@slipway/contract';
import {
  Environment,
  EnvironmentLock,
  EnvironmentQuery,
  EnvironmentRegister,
  Operation,
  Page,
} from '@slipway/contract/api';
import { deleteEnvironment, orderBuild } from '../../resources/environments/change.ts';
import { environmentId, findEnvironment, listEnvironments } from '../../resources/environments/find.ts';
import { registerEnvironment } from '../../resources/environments/register.ts';
import { environmentView } from '../../resources/environments/view.ts';
import { accepted, noContent, resource, send } from '../answer.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { answerOnce } from '../idempotency.ts';
import { ifMatch } from '../if-match.ts';
import {
  EnvironmentParams,
  errors,
  IdempotencyHeaders,
  IfMatchHeaders,
  NoContent,
  strict,
  WorkspaceParams,
} from './schemas.ts';

/** Bytes of a registration: a package.json with the lock of a thousand packages. */
const MAX_REGISTER_BYTES = 16 * 1024 * 1024;

export function addEnvironmentRoutes(
  app: App,
  {
    store,
    operations,
    environments,
    environmentDeleted,
  }: Pick<ApiDeps, 'store' | 'operations' | 'environments' | 'environmentDeleted'>,
): void {
  const tags = ['environments'];

  app.get(
    '/workspaces/:ws/environments',
    {
      schema: {
        tags,
        summary: 'List environments, newest first',
        params: WorkspaceParams,
        querystring: strict(EnvironmentQuery),
        response: { 200: Page(Environment), ...errors },
      },
    },
    ({ params, query }) =>
      store.read(async (reader) => {
        const page = await listEnvironments(reader, params.ws, query);
        const items = await Promise.all(page.items.map((stored) => environmentView(reader, stored)));
        return { items, nextCursor: page.nextCursor };
      }),
  );

  app.post(
    '/workspaces/:ws/environments',
    {
      bodyLimit: MAX_REGISTER_BYTES,
      schema: {
        tags,
        summary:
          'Register a definition that can be built here; the same as the newest version is that version',
        params: WorkspaceParams,
        headers: IdempotencyHeaders,
        body: EnvironmentRegister,
        response: { 200: Environment, 201: Environment, ...errors },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const answer = await answerOnce(
        store,
        request,
        () => environments.check(body.definition),
        async (writer, warnings) => {
          const { stored, made } = await registerEnvironment(writer, params.ws, body, warnings);
          return resource(made ? 201 : 200, await environmentView(writer, stored));
        },
      );
      return send(reply, answer);
    },
  );

  app.get(
    '/workspaces/:ws/environments/:id',
    {
      schema: {
        tags,
        summary: 'Read an environment',
        params: EnvironmentParams,
        response: { 200: Environment, ...errors },
      },
    },
    async ({ params }, reply) => {
      const environment = await store.read(async (reader) =>
        environmentView(reader, await findEnvironment(reader, params.ws, params.id)),
      );
      return send(reply, resource(200, environment));
    },
  );

  app.get(
    '/workspaces/:ws/environments/:id/lock',
    {
      schema: {
        tags,
        summary: 'Read every package that was built, with its version and hashes',
        params: EnvironmentParams,
        response: { 200: EnvironmentLock, ...errors },
      },
    },
    async ({ params }) => {
      const { value } = await store.read((reader) => findEnvironment(reader, params.ws, params.id));
      if (value.build === null) throw notBuilt(environmentId(value));
      const { hash, tool } = value.build;
      return { hash, tool, lock: await environments.lockOf(hash) };
    },
  );

  app.post(
    '/workspaces/:ws/environments/:id/build',
    {
      schema: {
        tags,
        summary: 'Build an environment, unless that was done',
        params: EnvironmentParams,
        response: { 202: Operation, ...errors },
      },
    },
    async ({ params }, reply) => {
      const operation = await store.write((writer) => orderBuild(writer, operations, params.ws, params.id));
      operations.wake();
      return send(reply, accepted(operation));
    },
  );

  app.delete(
    '/workspaces/:ws/environments/:id',
    {
      schema: {
        tags,
        summary: 'Delete an environment that no service runs in',
        params: EnvironmentParams,
        headers: IfMatchHeaders,
        response: { 204: NoContent, ...errors },
      },
    },
    async (request, reply) => {
      const { ws, id } = request.params;
      await store.write((writer) => deleteEnvironment(writer, ws, id, ifMatch(request)));
      environmentDeleted();
      return send(reply, noContent());
    },
  );
}

function notBuilt(id: string): SlipwayError {
  return new SlipwayError(
    'conflict',
    `The environment ${id} has not been built yet. Build it first: slipway environment create … --build.`,
    {
      details: { environment: id },
    },
  );
}
