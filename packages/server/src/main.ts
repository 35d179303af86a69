import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ServerInfo, toSlipwayError } from '@slipway/contract';
import { openContentStore } from '@slipway/oci';
import { findGpus, writeJsonFile } from '@slipway/transport';
import pino, { type Logger } from 'pino';
import { openConversions } from './conversions/conversions.ts';
import { openEnvironments } from './environments/create-environments.ts';
import { createAuthFiles } from './fleet/auth-files.ts';
import { createCollectedData } from './fleet/collected-data.ts';
import { createFleet } from './fleet/create-fleet.ts';
import { createReplicaLogs } from './fleet/replica-logs.ts';
import { openFileRouter } from './gateway/file-router.ts';
import { checkFreeToListen } from './gateway/free-to-listen.ts';
import { createGatewaySupervisor } from './gateway/gateway-supervisor.ts';
import { lockHome } from './home/home-lock.ts';
import { openHome, sweepTemporaryFiles } from './home/open-home.ts';
import { createHousekeeping } from './housekeeping/housekeeping.ts';
import { removeServiceFolders } from './housekeeping/sweep-folders.ts';
import { createHttpApi } from './http/api.ts';
import { createOperations } from './operations/create-operations.ts';
import { createBuildHandler } from './operations/handlers/build-environment.ts';
import { createConvertHandler } from './operations/handlers/convert-model.ts';
import { createDeleteHandler } from './operations/handlers/delete-service.ts';
import { createDeployHandler } from './operations/handlers/deploy-service.ts';
import { type PlacementDeps, placeScript } from './placement/place-script.ts';
import { createReconciler, type Reconciler } from './reconcile/reconciler.ts';
import { longestDrainMs, stopAllReplicas } from './reconcile/stop-replicas.ts';
import { keepDeclared } from './resources/computes/declare-devices.ts';
import { serviceAuth } from './resources/services/service-auth.ts';
import { ensureDefaultWorkspace } from './resources/workspaces/workspaces.ts';
import { loadMasterKey } from './secrets/master-key.ts';
import { readOrMakeSecret } from './secrets/secret-file.ts';
import { openTokenIssuer } from './secrets/token-issuer.ts';
import { createVault } from './secrets/vault.ts';
import { readServerOptions, type ServerOptions } from './server-options.ts';
import { type EndRequest, listenForEnd } from './shutdown.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { createDeviceInventory } from './targets/devices/device-inventory.ts';
import { openLocalTarget } from './targets/local/local-target.ts';

/** What every part is given: how to build, whom to tell, and where to leave what ends it. */
interface Setting {
  readonly options: ServerOptions;
  readonly log: Logger;
  readonly end: EndRequest;
  /** Ends the parts in the reverse order of their making. */
  readonly parts: AsyncDisposableStack;
}

/** Builds the control plane from its parts, runs it until somebody ends it, and ends the parts in reverse. */
async function runControlPlane(options: ServerOptions, log: Logger, end: EndRequest): Promise<void> {
  await using parts = new AsyncDisposableStack();
  const setting: Setting = { options, log, end, parts };
  const state = await openState(setting);
  const running = await startRunning(setting, state);
  const work = await startWork(setting, state, running);
  const info = await serve(setting, state, running, work);
  log.info({ url: info.url, gatewayUrl: info.gatewayUrl, home: info.home }, 'Slipway is ready');
  await end.requested;
  log.info({ services: end.services() }, 'Slipway ends');
}

type State = Awaited<ReturnType<typeof openState>>;
type Running = Awaited<ReturnType<typeof startRunning>>;
type Work = Awaited<ReturnType<typeof startWork>>;

/** What is kept: the home, the store, the models, the secrets. */
async function openState({ options, parts }: Setting) {
  const home = await openHome(options.home);
  const lock = await lockHome(home);
  parts.defer(() => lock.release());
  await sweepTemporaryFiles(home);
  const store = await openSqliteStore(home.database);
  parts.defer(() => store.close());
  const { uploadExpiryMs } = options;
  const contentStore = await openContentStore(
    home.store,
    uploadExpiryMs === undefined ? {} : { uploadExpiryMs },
  );
  const vault = createVault(await loadMasterKey(home.masterKey, process.env));
  const tokens = await openTokenIssuer(store, vault);
  const apiToken = await readOrMakeSecret(home.token);
  await ensureDefaultWorkspace(store);
  return { home, store, contentStore, vault, tokens, apiToken };
}

/** What runs: replicas, the gateway, and the reconciler that takes care of them. */
async function startRunning({ options, log, end, parts }: Setting, state: State) {
  const { home, store, contentStore } = state;
  const checkout = (digest: string, folder = home.model(digest)) =>
    contentStore.manifests.checkout(digest, folder);
  const environments = await openEnvironments({ folder: home.environments, store });
  const placement: PlacementDeps = {
    home,
    manifests: contentStore.manifests,
    environments,
    searchPath: process.env['PATH'] ?? '',
  };
  const inventory = createDeviceInventory(await findGpus(), await keepDeclared(store, options.devices));
  if (inventory.problem !== null) log.warn(inventory.problem);
  const authFiles = createAuthFiles(home, store, (service) => serviceAuth(service, state));
  const target = await openLocalTarget({
    home,
    runtimeMain: mainOf('SLIPWAY_RUNTIME_MAIN', import.meta.resolve('@slipway/runtime/main')),
    logLevel: options.logLevel,
    checkout,
    placeScript: (order, script) =>
      placeScript(placement, order, script, {
        report: async () => undefined,
        signal: AbortSignal.timeout(order.config.rolloutTimeoutSeconds * 1000),
      }),
    ensureAuth: authFiles.ensure,
    inventory,
    changed: (uid) => reconciler.processEnded(uid),
  });
  const gateway = createGatewaySupervisor({
    home,
    gatewayMain: mainOf('SLIPWAY_GATEWAY_MAIN', import.meta.resolve('@slipway/gateway/main')),
    listen: { host: options.gatewayHost, port: options.gatewayPort },
    tls: options.tls,
    publicHost: options.publicHost,
    log,
  });
  const router = await openFileRouter(home.gatewayRoutes, gateway);
  const keepAuth = authFiles.write;
  const reconciler: Reconciler = createReconciler({
    store,
    target,
    router,
    log,
    keepAuth,
    scaleInWindowMs: options.scaleInWindowMs,
  });
  parts.defer(async () => {
    const graceMs = longestDrainMs(reconciler);
    await reconciler.stop();
    if (end.services() === 'stop') await stopAllReplicas(target, graceMs, end.inHaste);
  });
  await checkFreeToListen(options.host, options.port, '--port');
  parts.defer(() => gateway.end(end.services(), end.inHaste));
  await gateway.start();
  await reconciler.start();
  const logs = createReplicaLogs(home, store);
  const fleet = createFleet({ store, target, reconciler, authFiles, logs });
  return { checkout, environments, placement, target, gateway, inventory, router, reconciler, fleet };
}

/** What is to be done: operations, and the removal of what nobody needs. */
async function startWork({ options, log, parts }: Setting, state: State, running: Running) {
  const { home, store, contentStore } = state;
  const { target, reconciler, router, fleet, checkout, environments, placement } = running;
  const { uploadGraceMs, operationsKeptMs } = options;
  const housekeeping = createHousekeeping({
    home,
    store,
    contentStore,
    target,
    reconciler,
    environments,
    log,
    uploadGraceMs,
    operationsKeptMs,
  });
  await housekeeping.collect();
  housekeeping.start();
  parts.defer(() => housekeeping.stop());

  const deploy = createDeployHandler({
    store,
    reconciler,
    fleet,
    checkout,
    placeScript: (order, script, context) => placeScript(placement, order, script, context),
  });
  const remove = createDeleteHandler({
    store,
    reconciler,
    router,
    removeFolders: (uid) => removeServiceFolders(home, uid),
    released: housekeeping.released,
  });
  const convert = createConvertHandler({
    store,
    contentStore,
    conversions: await openConversions({
      folder: home.conversions,
      main: mainOf('SLIPWAY_CONVERT_MAIN', import.meta.resolve('@slipway/convert/main')),
    }),
    environments,
    modelRegistered: reconciler.modelsChanged,
  });
  const operations = createOperations({
    store,
    log,
    handlers: {
      DeployService: deploy,
      UpdateService: deploy,
      RollbackService: deploy,
      DeleteService: remove,
      BuildEnvironment: createBuildHandler(environments),
      ConvertModel: convert,
    },
  });
  operations.start();
  parts.defer(() => operations.stop());
  return { operations, housekeeping };
}

/** The API, and the file that tells where it is. */
async function serve(
  { options, log, end, parts }: Setting,
  { home, ...state }: State,
  { environments, fleet, gateway, inventory, reconciler }: Running,
  { operations, housekeeping }: Work,
): Promise<ServerInfo> {
  const version = await readVersion();
  const { host, port, tls, publicHost } = options;
  const api = await createHttpApi(
    {
      ...state,
      operations,
      environments,
      fleet,
      collected: createCollectedData(home),
      inventory,
      capacityChanged: reconciler.modelsChanged,
      logger: log,
      version,
      traceCollector: options.traceCollector,
      gatewayUrl: gateway.url,
      modelRegistered: reconciler.modelsChanged,
      modelDeleted: () => {
        housekeeping.released();
        reconciler.modelsChanged();
      },
      environmentDeleted: housekeeping.released,
      shutdown: ({ services }) => end.request(services),
    },
    { host, port, tls: tls ?? undefined, publicHost },
  );
  parts.defer(() => api.close());
  const info: ServerInfo = {
    kind: 'ServerInfo',
    pid: process.pid,
    version,
    url: await api.listen(),
    gatewayUrl: gateway.url(),
    home: home.root,
    startedAt: new Date().toISOString(),
  };
  await writeJsonFile(home.serverInfo, info);
  parts.defer(() => rm(home.serverInfo, { force: true }));
  return info;
}

/** The file that a process of another package runs; an environment variable names another build of it. */
function mainOf(variable: string, installed: string): string {
  return process.env[variable] ?? fileURLToPath(installed);
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The process: its log, its signals, its exit code. */
async function main(): Promise<void> {
  // Nothing that is written here is for other users of the machine.
  process.umask(0o077);
  const log = pino();
  try {
    const options = readServerOptions(process.argv.slice(2), process.env);
    log.level = options.logLevel;
    await runControlPlane(options, log, listenForEnd());
  } catch (thrown) {
    const err = toSlipwayError(thrown);
    log.fatal({ err }, `the server ended: ${err.message}`);
    process.exitCode = 1;
  }
}

await main();
