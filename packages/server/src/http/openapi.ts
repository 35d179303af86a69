import swagger from '@fastify/swagger';
import type { App } from './app.ts';
import { createNamedSchemas } from './named-schemas.ts';

/** Registers what gathers the OpenAPI document from the schemas of the routes. To be called before the routes. */
export async function describeApi(app: App, version: string): Promise<void> {
  const named = createNamedSchemas();
  await app.register(swagger, {
    convertConstToEnum: false,
    exposeHeadRoutes: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Slipway',
        description: 'The control plane of Slipway: models, services and the operations that change them.',
        version,
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url }) => ({ schema: named.takeOut(schema), url }),
    transformObject: (document) =>
      'openapiObject' in document ? named.putIn(document.openapiObject) : document.swaggerObject,
  });
}
