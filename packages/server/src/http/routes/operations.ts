import { DEFAULT_PAGE_SIZE, SlipwayError } from '@slipway/contract';
import { Operation, OperationLogLine, OperationQuery, Page, PageQuery } from '@slipway/contract/api';
import type { FastifyRequest } from 'fastify';
import {
  listOperations,
  operationView,
  readOperationLog,
  requireOperation,
} from '../../resources/operations/operations.ts';
import { accepted, resource, send } from '../answer.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { operationEvents } from '../events/operation-events.ts';
import { sendEvents } from '../events/server-sent-events.ts';
import { errors, OperationParams, Streamed, strict, WorkspaceParams } from './schemas.ts';

export function addOperationRoutes(
  app: App,
  { store, operations }: Pick<ApiDeps, 'store' | 'operations'>,
  closing: AbortSignal,
): void {
  const tags = ['operations'];

  app.get(
    '/workspaces/:ws/operations',
    {
      schema: {
        tags,
        summary: 'List operations, newest first',
        params: WorkspaceParams,
        querystring: strict(OperationQuery),
        response: { 200: Page(Operation), ...errors },
      },
    },
    async ({ params, query }) => {
      const page = await store.read((reader) => listOperations(reader, params.ws, query));
      return { items: page.items.map(operationView), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/workspaces/:ws/operations/:id',
    {
      schema: {
        tags,
        summary: 'Read an operation',
        params: OperationParams,
        response: { 200: Operation, ...errors },
      },
    },
    async ({ params }, reply) => {
      const found = await store.read((reader) => requireOperation(reader, params.ws, params.id));
      return send(reply, resource(200, operationView(found)));
    },
  );

  app.post(
    '/workspaces/:ws/operations/:id/cancel',
    {
      schema: {
        tags,
        summary: 'Ask an operation to end',
        params: OperationParams,
        response: { 202: Operation, ...errors },
      },
    },
    async ({ params }, reply) => send(reply, accepted(await operations.cancel(params.ws, params.id))),
  );

  app.get(
    '/workspaces/:ws/operations/:id/log',
    {
      schema: {
        tags,
        summary:
          "Read an operation's log, oldest line first; the cursor is the sequence of the last line read",
        params: OperationParams,
        querystring: strict(PageQuery),
        response: { 200: Page(OperationLogLine), ...errors },
      },
    },
    ({ params, query }) =>
      store.read(async (reader) => {
        await requireOperation(reader, params.ws, params.id);
        const limit = query.limit ?? DEFAULT_PAGE_SIZE;
        const after = sequenceFrom(query.cursor ?? '0', 'cursor');
        const lines = await readOperationLog(reader, params.id, after, limit + 1);
        const items = lines.slice(0, limit);
        const last = items.at(-1);
        const more = lines.length > limit && last !== undefined;
        return { items, nextCursor: more ? String(last.sequence) : null };
      }),
  );

  app.get(
    '/workspaces/:ws/operations/:id/stream',
    {
      schema: {
        tags,
        summary: 'Follow an operation by server-sent events until its final state',
        params: OperationParams,
        produces: ['text/event-stream'],
        response: { 200: Streamed, ...errors },
      },
    },
    async (request, reply) => {
      const { ws, id } = request.params;
      const after = lastEventId(request);
      await store.read((reader) => requireOperation(reader, ws, id));
      return sendEvents(reply, closing, (signal) =>
        operationEvents({ store, operations }, { workspace: ws, id, after }, signal),
      );
    },
  );
}

function lastEventId({ headers }: Pick<FastifyRequest, 'headers'>): number {
  const given = headers['last-event-id'];
  return typeof given === 'string' && given !== '' ? sequenceFrom(given, 'last-event-id') : 0;
}

function sequenceFrom(text: string, field: string): number {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text);
  throw new SlipwayError('invalid_argument', `${field} must be the sequence of a log line.`, {
    details: { field },
  });
}
