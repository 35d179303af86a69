import { Readable } from 'node:stream';
import { SlipwayError } from '@slipway/contract';
import { Page, PageQuery, Replica, Revision, ServiceEvent } from '@slipway/contract/api';
import Type from 'typebox';
import type { FleetLogLine } from '../../reconcile/fleet.ts';
import { readPage } from '../../resources/page.ts';
import { requireService } from '../../resources/services/find.ts';
import { revisionView } from '../../resources/services/revisions.ts';
import { eventView } from '../../resources/services/view.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { type ServerSentEvent, sendEvents } from '../events/server-sent-events.ts';
import { errors, ServiceParams, Streamed, strict } from './schemas.ts';

/** Log lines when no number is asked for (Azure: 5000), and the most that may be. */
const DEFAULT_TAIL = 5_000;
const MAX_TAIL = 100_000;

const LogQuery = Type.Object({
  tail: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_TAIL, default: DEFAULT_TAIL })),
  follow: Type.Optional(Type.Boolean({ default: false })),
  replica: Type.Optional(Type.String({ maxLength: 100, description: 'Of this replica alone.' })),
  since: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Lines of this time or later; those that are followed in any case.',
    }),
  ),
  init: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'What replicas wrote until they were ready. Not with `follow`.',
    }),
  ),
});

/** What services did and do: revisions, replicas, events and logs. */
export function addServiceLifeRoutes(
  app: App,
  { store, fleet }: Pick<ApiDeps, 'store' | 'fleet'>,
  closing: AbortSignal,
): void {
  const tags = ['services'];

  app.get(
    '/workspaces/:ws/services/:name/revisions',
    {
      schema: {
        tags,
        summary: "List a service's revisions, newest first",
        params: ServiceParams,
        querystring: strict(PageQuery),
        response: { 200: Page(Revision), ...errors },
      },
    },
    ({ params, query }) =>
      store.read(async (reader) => {
        const { value } = await requireService(reader, params.ws, params.name);
        const where = { serviceUid: value.uid };
        const page = await readPage(reader, 'revisions', query, { where, order: 'newest' });
        const items = page.items.map((stored) => revisionView(value.name, stored));
        return { items, nextCursor: page.nextCursor };
      }),
  );

  app.get(
    '/workspaces/:ws/services/:name/replicas',
    {
      schema: {
        tags,
        summary: "List a service's replicas",
        params: ServiceParams,
        response: { 200: Type.Object({ items: Type.Array(Replica) }), ...errors },
      },
    },
    async ({ params }) => {
      await store.read((reader) => requireService(reader, params.ws, params.name));
      return { items: [...fleet.replicas(params.name)] };
    },
  );

  app.get(
    '/workspaces/:ws/services/:name/events',
    {
      schema: {
        tags,
        summary: 'List what happened to a service, newest first',
        params: ServiceParams,
        querystring: strict(PageQuery),
        response: { 200: Page(ServiceEvent), ...errors },
      },
    },
    ({ params, query }) =>
      store.read(async (reader) => {
        const { value } = await requireService(reader, params.ws, params.name);
        const where = { serviceUid: value.uid };
        const page = await readPage(reader, 'events', query, { where, order: 'newest' });
        return { items: page.items.map(eventView), nextCursor: page.nextCursor };
      }),
  );

  app.get(
    '/workspaces/:ws/services/:name/logs',
    {
      schema: {
        tags,
        summary: 'Read the last lines of all replicas as text, or follow them by server-sent events',
        params: ServiceParams,
        querystring: strict(LogQuery),
        produces: ['text/plain', 'text/event-stream'],
        response: { 200: Streamed, ...errors },
      },
    },
    async ({ params, query }, reply) => {
      await store.read((reader) => requireService(reader, params.ws, params.name));
      const { tail = DEFAULT_TAIL, follow = false, replica, since, init = false } = query;
      if (init && follow) throw initIsOver();
      const choice = {
        tail,
        follow,
        replica,
        since: since === undefined ? undefined : Date.parse(since),
        init,
      };
      if (follow) {
        return sendEvents(reply, closing, (signal) =>
          toEvents(fleet.logs(params.name, { ...choice, signal })),
        );
      }
      const lines = fleet.logs(params.name, { ...choice, signal: closing });
      reply.header('content-type', 'text/plain; charset=utf-8');
      return reply.send(Readable.from(toText(lines), { objectMode: false }));
    },
  );
}

function initIsOver(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    'init tells what replicas wrote until they were ready, which has an end: leave out init or follow.',
    { details: { field: 'init' } },
  );
}

async function* toEvents(lines: AsyncIterable<FleetLogLine>): AsyncGenerator<ServerSentEvent> {
  for await (const line of lines) yield { event: 'log', data: line };
}

async function* toText(lines: AsyncIterable<FleetLogLine>): AsyncGenerator<string> {
  for await (const { replica, line } of lines) yield `[${replica}] ${line}\n`;
}
