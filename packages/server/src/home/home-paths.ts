import { join } from 'node:path';
import { HOME_FILES } from '@slipway/contract';

/** Where everything stands inside a home folder; see ARCHITECTURE.md, "The home folder". */
export interface HomePaths {
  readonly root: string;
  readonly lock: string;
  readonly serverInfo: string;
  readonly serverLog: string;
  readonly token: string;
  readonly masterKey: string;
  readonly database: string;
  readonly store: string;
  readonly models: string;
  /** Sources of scripts. */
  readonly sources: string;
  /** Models as scripts find them. */
  readonly scriptModelDirs: string;
  readonly cache: string;
  /** Environments that scripts run in. */
  readonly environments: string;
  /** Work of conversions, a folder each; empty while none runs. */
  readonly conversions: string;
  readonly services: string;
  readonly replicas: string;
  readonly gateway: string;
  readonly gatewayConfig: string;
  readonly gatewayRoutes: string;
  readonly gatewayState: string;
  readonly gatewayLog: string;
  model(digest: string): string;
  source(digest: string): string;
  scriptModels(serviceUid: string, revision: number): string;
  environment(hash: string): string;
  service(uid: string): string;
  serviceAuth(uid: string): string;
  /** Inputs and outputs that the replicas of a service collect. */
  collected(uid: string): string;
  replica(id: string): string;
  replicaSpec(id: string): string;
  replicaState(id: string): string;
  replicaLog(id: string): string;
}

/** The paths inside `root`, an absolute path without symbolic links. Touches nothing. */
export function homePaths(root: string): HomePaths {
  const gateway = join(root, 'gateway');
  const replica = (id: string) => join(root, 'replicas', id);
  const service = (uid: string) => join(root, 'services', uid);
  return Object.freeze({
    root,
    lock: join(root, 'lock.sqlite'),
    serverInfo: join(root, HOME_FILES.serverInfo),
    serverLog: join(root, HOME_FILES.serverLog),
    token: join(root, HOME_FILES.token),
    masterKey: join(root, 'master.key'),
    database: join(root, 'slipway.sqlite'),
    store: join(root, 'store'),
    models: join(root, 'models'),
    sources: join(root, 'code'),
    scriptModelDirs: join(root, 'script-models'),
    cache: join(root, 'cache'),
    environments: join(root, 'environments'),
    conversions: join(root, 'conversions'),
    services: join(root, 'services'),
    replicas: join(root, 'replicas'),
    gateway,
    gatewayConfig: join(gateway, 'config.json'),
    gatewayRoutes: join(gateway, 'routes.json'),
    gatewayState: join(gateway, 'state.json'),
    gatewayLog: join(gateway, 'gateway.log'),
    model: (digest: string) => join(root, 'models', fileName(digest)),
    source: (digest: string) => join(root, 'code', fileName(digest)),
    scriptModels: (serviceUid: string, revision: number) =>
      join(root, 'script-models', `${serviceUid}-${revision}`),
    environment: (hash: string) => join(root, 'environments', hash),
    service,
    serviceAuth: (uid: string) => join(service(uid), 'auth.json'),
    collected: (uid: string) => join(service(uid), 'collected'),
    replica,
    replicaSpec: (id: string) => join(replica(id), 'spec.json'),
    replicaState: (id: string) => join(replica(id), 'state.json'),
    replicaLog: (id: string) => join(replica(id), 'replica.log'),
  });
}

/** A colon is not allowed in file names everywhere. */
function fileName(digest: string): string {
  return digest.replace(':', '-');
}
