import { SlipwayError } from '@slipway/contract';
import { CollectedFile } from '@slipway/contract/api';
import Type from 'typebox';
import { requireService } from '../../resources/services/find.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { errors, ServiceParams, Streamed, strict } from './schemas.ts';

const ContentQuery = Type.Object({ path: Type.String({ minLength: 1, maxLength: 1000 }) });

/** What services have collected. */
export function addServiceDataRoutes(
  app: App,
  { store, collected }: Pick<ApiDeps, 'store' | 'collected'>,
): void {
  const tags = ['services'];

  app.get(
    '/workspaces/:ws/services/:name/data',
    {
      schema: {
        tags,
        summary: 'List the files of what a service has collected',
        params: ServiceParams,
        response: { 200: Type.Object({ items: Type.Array(CollectedFile) }), ...errors },
      },
    },
    async ({ params }) => {
      const { value } = await store.read((reader) => requireService(reader, params.ws, params.name));
      return { items: [...(await collected.list(value.uid))] };
    },
  );

  app.get(
    '/workspaces/:ws/services/:name/data/content',
    {
      schema: {
        tags,
        summary: 'Read one of them, as far as its records are whole',
        params: ServiceParams,
        querystring: strict(ContentQuery),
        produces: ['application/octet-stream'],
        response: { 200: Streamed, ...errors },
      },
    },
    async ({ params, query }, reply) => {
      const { value } = await store.read((reader) => requireService(reader, params.ws, params.name));
      const content = await collected.read(value.uid, query.path);
      if (content === undefined) throw notFound(params.name, query.path);
      reply.header('content-type', 'application/octet-stream');
      return reply.send(content);
    },
  );
}

function notFound(service: string, path: string): SlipwayError {
  return new SlipwayError(
    'not_found',
    `The service ${service} has collected no file "${path}"; it may have been removed for its age.`,
    { details: { path } },
  );
}
