import { ComputeTarget, ComputeUpdate, Page, PageQuery } from '@slipway/contract/api';
import Type from 'typebox';
import { checkComputeTarget, localTargetView } from '../../resources/computes/computes.ts';
import { declareDevices } from '../../resources/computes/declare-devices.ts';
import { requireWorkspace } from '../../resources/workspaces/workspaces.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { errors, strict, WorkspaceParams } from './schemas.ts';

const ComputeParams = Type.Interface([WorkspaceParams], { name: Type.String() });

type Deps = Pick<ApiDeps, 'store' | 'fleet' | 'inventory' | 'capacityChanged' | 'gatewayUrl'>;

export function addComputeRoutes(app: App, deps: Deps): void {
  const { store, fleet, inventory, gatewayUrl } = deps;
  const tags = ['compute targets'];

  async function local(workspace: string): Promise<ComputeTarget> {
    const { value } = await store.read((reader) => requireWorkspace(reader, workspace));
    return localTargetView(value, fleet, inventory, gatewayUrl());
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

  app.patch(
    '/workspaces/:ws/computes/:name',
    {
      schema: {
        tags,
        summary: 'Declare the devices of a compute target',
        params: ComputeParams,
        body: ComputeUpdate,
        response: { 200: ComputeTarget, ...errors },
      },
    },
    async ({ params, body }) => {
      checkComputeTarget(params.name, 'name');
      const declared = await store.write(async (writer) => {
        await requireWorkspace(writer, params.ws);
        return await declareDevices(writer, fleet, inventory, body.devices);
      });
      inventory.declare(declared);
      deps.capacityChanged();
      return local(params.ws);
    },
  );
}
