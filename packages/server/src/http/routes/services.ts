import {
  Operation,
  Page,
  Service,
  ServiceCreate,
  ServiceQuery,
  ServiceRollback,
  ServiceUpdate,
} from '@slipway/contract/api';
import { createService } from '../../resources/services/create.ts';
import { deleteService } from '../../resources/services/delete.ts';
import { listServices, requireService } from '../../resources/services/find.ts';
import { rollbackService } from '../../resources/services/rollback.ts';
import { packSources } from '../../resources/services/script.ts';
import { updateService } from '../../resources/services/update.ts';
import { readServiceParts, serviceView } from '../../resources/services/view.ts';
import { accepted, resource, send } from '../answer.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { answerOnce } from '../idempotency.ts';
import { ifMatch } from '../if-match.ts';
import { allowNoBody } from '../json-body.ts';
import {
  errors,
  IdempotencyHeaders,
  IfMatchHeaders,
  ServiceParams,
  strict,
  WorkspaceParams,
} from './schemas.ts';

type Deps = Pick<
  ApiDeps,
  'store' | 'contentStore' | 'operations' | 'fleet' | 'vault' | 'traceCollector' | 'gatewayUrl'
>;

export function addServiceRoutes(app: App, deps: Deps): void {
  const { store, contentStore, operations, gatewayUrl } = deps;
  const tags = ['services'];

  app.get(
    '/workspaces/:ws/services',
    {
      schema: {
        tags,
        summary: 'List services',
        params: WorkspaceParams,
        querystring: strict(ServiceQuery),
        response: { 200: Page(Service), ...errors },
      },
    },
    ({ params, query }) =>
      store.read(async (reader) => {
        const page = await listServices(reader, params.ws, query);
        const parts = await Promise.all(page.items.map((stored) => readServiceParts(reader, stored)));
        return { items: parts.map((part) => serviceView(part, gatewayUrl())), nextCursor: page.nextCursor };
      }),
  );

  app.post(
    '/workspaces/:ws/services',
    {
      schema: {
        tags,
        summary: 'Deploy models as a service',
        params: WorkspaceParams,
        headers: IdempotencyHeaders,
        body: ServiceCreate,
        response: { 202: Operation, ...errors },
      },
    },
    async (request, reply) => {
      const target = { workspace: request.params.ws, expect: ifMatch(request) };
      const answer = await answerOnce(
        store,
        request,
        () => packSources(contentStore, request.body.inferenceConfig),
        async (writer, sources) => accepted(await createService(writer, deps, target, request.body, sources)),
      );
      operations.wake();
      return send(reply, answer);
    },
  );

  app.get(
    '/workspaces/:ws/services/:name',
    {
      schema: {
        tags,
        summary: 'Read a service',
        params: ServiceParams,
        response: { 200: Service, ...errors },
      },
    },
    async ({ params }, reply) => {
      const parts = await store.read(async (reader) =>
        readServiceParts(reader, await requireService(reader, params.ws, params.name)),
      );
      return send(reply, resource(200, serviceView(parts, gatewayUrl())));
    },
  );

  app.patch(
    '/workspaces/:ws/services/:name',
    {
      schema: {
        tags,
        summary: 'Change a service',
        params: ServiceParams,
        headers: IfMatchHeaders,
        body: ServiceUpdate,
        response: { 202: Operation, ...errors },
      },
    },
    async (request, reply) => {
      const target = { workspace: request.params.ws, name: request.params.name, expect: ifMatch(request) };
      const sources = await packSources(contentStore, request.body.inferenceConfig);
      const operation = await store.write((writer) =>
        updateService(writer, deps, target, request.body, sources),
      );
      operations.wake();
      return send(reply, accepted(operation));
    },
  );

  app.post(
    '/workspaces/:ws/services/:name/rollback',
    {
      preValidation: allowNoBody,
      schema: {
        tags,
        summary: 'Go back to an earlier revision',
        params: ServiceParams,
        headers: IdempotencyHeaders,
        body: ServiceRollback,
        response: { 202: Operation, ...errors },
      },
    },
    async (request, reply) => {
      const target = { workspace: request.params.ws, name: request.params.name, expect: ifMatch(request) };
      const answer = await answerOnce(
        store,
        request,
        async () => undefined,
        async (writer) => accepted(await rollbackService(writer, deps, target, request.body)),
      );
      operations.wake();
      return send(reply, answer);
    },
  );

  app.delete(
    '/workspaces/:ws/services/:name',
    {
      schema: {
        tags,
        summary: 'Delete a service',
        params: ServiceParams,
        headers: IfMatchHeaders,
        response: { 202: Operation, ...errors },
      },
    },
    async (request, reply) => {
      const target = { workspace: request.params.ws, name: request.params.name, expect: ifMatch(request) };
      const operation = await store.write((writer) => deleteService(writer, deps, target));
      operations.wake();
      return send(reply, accepted(operation));
    },
  );
}
