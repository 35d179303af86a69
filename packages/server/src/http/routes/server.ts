import Type from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { allowNoBody } from '../json-body.ts';
import { errors } from './schemas.ts';

const Health = Type.Object({ status: Type.Literal('ok'), version: Type.String() }, { $id: 'Health' });

const ShutdownRequest = Type.Object(
  { services: Type.Optional(Type.Enum(['keep', 'stop'], { default: 'stop' })) },
  { $id: 'ShutdownRequest', additionalProperties: false },
);

/** The server itself: how it is, what it understands, and its end. */
export function addServerRoutes(
  app: App,
  { version, shutdown }: Pick<ApiDeps, 'version' | 'shutdown'>,
): void {
  const tags = ['server'];

  app.get(
    '/health',
    {
      config: { public: true },
      schema: { tags, summary: 'Ask whether the server answers', security: [], response: { 200: Health } },
    },
    async () => ({ status: 'ok' as const, version }),
  );

  app.get('/openapi.json', { config: { public: true }, schema: { hide: true } }, async () => app.swagger());

  app.post(
    '/shutdown',
    {
      preValidation: allowNoBody,
      schema: {
        tags,
        summary: 'End the server, and with `stop` gateway and replicas too',
        body: ShutdownRequest,
        response: { 202: ShutdownRequest, ...errors },
      },
    },
    async ({ body }, reply) => {
      const { services = 'stop' } = body;
      reply.raw.once('finish', () => shutdown({ services }));
      return reply.code(202).send({ services });
    },
  );
}
