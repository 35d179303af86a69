import { ComputeTarget, Page, PageQuery } from '@slipway/contract/api';
import Type from 'typebox';
import { checkComputeTarget, localTargetView } from '../../resources/computes/computes.ts';
import { requireWorkspace } from '../../resources/workspaces/workspaces.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { errors, strict, WorkspaceParams } from './schemas.ts';

const ComputeParams = Type.Interface([WorkspaceParams], { name: Type.String() });

type Deps = Pick<ApiDeps, 'store' | 'fleet' | 'gatewayUrl'>;

export function addComputeRoutes(app: App, { store, fleet, gatewayUrl }: Deps): void {
  const tags = ['compute targets'];

  async function local(workspace: string): Promise<ComputeTarget> {
    const { value } = await store.read((reader) => requireWorkspace(reader, workspace));
    return localTargetView(value, fleet.capacity(), gatewayUrl());
  }

  app.get(
    '/workspaces/:ws/computes',
    {
      schema: {
        tags,
        summary: 'List compute targets',
        params: WorkspaceParams,
        querystring: strict(PageQuery),
        response: { 200: Page(ComputeTarget), ...errors },
      },
    },
    async ({ params }) => ({ items: [await local(params.ws)], nextCursor: null }),
  );

  app.get(
    '/workspaces/:ws/computes/:name',
    {
      schema: {
        tags,
        summary: 'Read a compute target',
        params: ComputeParams,
        response: { 200: ComputeTarget, ...errors },
      },
    },
    async ({ params }) => {
      checkComputeTarget(params.name, 'name');
      return local(params.ws);
    },
  );
}
