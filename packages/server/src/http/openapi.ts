import swagger from '@fastify/swagger';
import type { App } from './app.ts';

/** Registers what gathers the OpenAPI document from the schemas of the routes. To be called before the routes. */
export async function describeApi(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Slipway',
        description: 'The control plane of Slipway: models, services and the operations that change them.',
        version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as { name: string; url?: string },
      },
      servers: [{ url: '/', description: 'This server' }],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) => {
        const name = schema['$id'];
        return typeof name === 'string' ? name : `Schema${index}`;
      },
    },
  });
}
