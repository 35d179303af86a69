import {
  Model,
  type PartialDeploymentConfig,
  type Replica,
  type Webservice,
  type Workspace,
} from '@slipway/sdk';
import { waitFor } from '@slipway/testkit';
import type { Installation } from './installation.ts';

/** A healthy service with its primary key, or a token where it takes tokens. */
export interface Deployed {
  readonly workspace: Workspace;
  readonly service: Webservice;
  readonly key: string;
}

/** Registers the file and deploys it. */
export async function deploy(
  installation: Installation,
  options: { name: string; model: string; config: PartialDeploymentConfig },
): Promise<Deployed> {
  const workspace = await installation.workspace();
  const service = await Model.deploy({
    workspace,
    name: options.name,
    models: [options.model],
    deploymentConfig: options.config,
  });
  await service.waitForDeployment({ timeoutSec: 60 });
  return { workspace, service, key: await credentialOf(service) };
}

async function credentialOf(service: Webservice): Promise<string> {
  return service.tokenAuthEnabled
    ? (await service.getToken()).accessToken
    : (await service.getKeys()).primaryKey;
}

/** Waits until `count` replicas answer, none of them with one of the process ids in `without`. */
export async function waitForReplicas(
  service: Webservice,
  { count, without = [], timeoutMs }: { count: number; without?: readonly number[]; timeoutMs: number },
): Promise<readonly Replica[]> {
  return await waitFor(
    async () => {
      const serving = (await service.replicas()).filter(({ phase, routed }) => phase === 'ready' && routed);
      const fresh = serving.filter(({ pid }) => pid !== null && !without.includes(pid));
      return fresh.length === count && serving.length === count && fresh;
    },
    { what: `${count} other replicas of ${service.name} to be ready`, timeoutMs },
  );
}

/** The process ids of the replicas that run, in ascending order. */
export async function replicaPids(service: Webservice): Promise<number[]> {
  const pids = (await service.replicas()).map(({ pid }) => pid);
  return pids.filter((pid) => pid !== null).sort((a, b) => a - b);
}
