import { Page, PageQuery, Workspace, WorkspaceCreate } from '@slipway/contract/api';
import { readPage } from '../../resources/page.ts';
import {
  createWorkspace,
  deleteWorkspace,
  requireWorkspace,
  workspaceView,
} from '../../resources/workspaces/workspaces.ts';
import { noContent, resource, send } from '../answer.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { answerOnce } from '../idempotency.ts';
import { ifMatch } from '../if-match.ts';
import { errors, IdempotencyHeaders, IfMatchHeaders, NoContent, strict, WorkspaceParams } from './schemas.ts';

export function addWorkspaceRoutes(app: App, { store }: Pick<ApiDeps, 'store'>): void {
  const tags = ['workspaces'];

  app.get(
    '/workspaces',
    {
      schema: {
        tags,
        summary: 'List workspaces',
        querystring: strict(PageQuery),
        response: { 200: Page(Workspace), ...errors },
      },
    },
    async ({ query }) => {
      const page = await store.read((reader) => readPage(reader, 'workspaces', query, {}));
      return { items: page.items.map(workspaceView), nextCursor: page.nextCursor };
    },
  );

  app.post(
    '/workspaces',
    {
      schema: {
        tags,
        summary: 'Create a workspace',
        headers: IdempotencyHeaders,
        body: WorkspaceCreate,
        response: { 201: Workspace, ...errors },
      },
    },
    async (request, reply) => {
      const answer = await answerOnce(
        store,
        request,
        async () => undefined,
        async (writer) => resource(201, workspaceView(await createWorkspace(writer, request.body))),
      );
      return send(reply, answer);
    },
  );

  app.get(
    '/workspaces/:ws',
    {
      schema: {
        tags,
        summary: 'Read a workspace',
        params: WorkspaceParams,
        response: { 200: Workspace, ...errors },
      },
    },
    async ({ params }, reply) => {
      const found = await store.read((reader) => requireWorkspace(reader, params.ws));
      return send(reply, resource(200, workspaceView(found)));
    },
  );

  app.delete(
    '/workspaces/:ws',
    {
      schema: {
        tags,
        summary: 'Delete an empty workspace',
        params: WorkspaceParams,
        headers: IfMatchHeaders,
        response: { 204: NoContent, ...errors },
      },
    },
    async (request, reply) => {
      await store.write((writer) => deleteWorkspace(writer, request.params.ws, ifMatch(request)));
      return send(reply, noContent());
    },
  );
}
