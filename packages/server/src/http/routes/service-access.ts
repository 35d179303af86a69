import { KeyRegenerate, ServiceKeys, ServiceToken } from '@slipway/contract/api';
import { requireService } from '../../resources/services/find.ts';
import { readKeys, replaceKey } from '../../resources/services/keys.ts';
import { issueServiceToken } from '../../resources/services/tokens.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { ifMatch } from '../if-match.ts';
import { errors, IfMatchHeaders, ServiceParams } from './schemas.ts';

type Deps = Pick<ApiDeps, 'store' | 'fleet' | 'vault' | 'tokens'>;

/** Keys and tokens of services. */
export function addServiceAccessRoutes(app: App, { store, fleet, vault, tokens }: Deps): void {
  const tags = ['services'];

  app.get(
    '/workspaces/:ws/services/:name/keys',
    {
      schema: {
        tags,
        summary: "Read a service's keys",
        params: ServiceParams,
        response: { 200: ServiceKeys, ...errors },
      },
    },
    ({ params }) => store.read((reader) => readKeys(reader, vault, params.ws, params.name)),
  );

  app.post(
    '/workspaces/:ws/services/:name/keys',
    {
      schema: {
        tags,
        summary: 'Replace one of the two keys; it is in force when this answers',
        params: ServiceParams,
        headers: IfMatchHeaders,
        body: KeyRegenerate,
        response: { 200: ServiceKeys, ...errors },
      },
    },
    async (request) => {
      const { ws, name } = request.params;
      const expect = ifMatch(request);
      const target = { workspace: ws, name, ...(expect && { expect }) };
      const { keys } = await store.write((writer) => replaceKey(writer, vault, target, request.body));
      await fleet.applyAuth(name);
      return keys;
    },
  );

  app.post(
    '/workspaces/:ws/services/:name/token',
    {
      schema: {
        tags,
        summary: 'Get a token for a service',
        params: ServiceParams,
        response: { 200: ServiceToken, ...errors },
      },
    },
    async ({ params }) => {
      const { value } = await store.read((reader) => requireService(reader, params.ws, params.name));
      return issueServiceToken(tokens, value);
    },
  );
}
