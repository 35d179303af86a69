import { randomUUID } from 'node:crypto';
import {
  type ReplicaPhase,
  type ReplicaSpec,
  type ReplicaState,
  SlipwayError,
  toSlipwayError,
} from '@slipway/contract';
import { type AdminListener, createAdminListener, createListener, type Listener } from '@slipway/transport';
import type { Logger } from 'pino';
import { type Authenticator, openAuthFile } from './auth/auth-file.ts';
import { type Collection, openCollection } from './collection/collection.ts';
import { createDataPlane } from './data-plane/create-data-plane.ts';
import type { DataPlane } from './data-plane/data-plane.ts';
import { totalLoad } from './data-plane/version-load.ts';
import { createEntryService, type EntryService } from './entry/entry-service.ts';
import { createMetrics } from './observability/metrics.ts';
import { createRequestLog } from './observability/request-log.ts';
import { createStatistics } from './observability/statistics.ts';
import { openTracing, type Tracing } from './observability/tracing.ts';
import { createServiceCalls } from './protocols/calls.ts';
import type { GrpcServer } from './protocols/grpc/server.ts';
import { createServiceHandler } from './protocols/handler.ts';
import type { ServiceContext } from './protocols/service-context.ts';
import { statusName } from './protocols/tfserving/grpc/errors.ts';
import { acceleratorOf } from './spec/accelerator-of.ts';
import { followModels } from './spec/follow-models.ts';
import { createStateFile } from './state-file.ts';

/** A replica from its start to its end. */
export interface Replica {
  state(): ReplicaState;
  /** Builds and starts all parts; resolves when it is ready. Throws what made it fail, after saying it in the state. */
  start(): Promise<void>;
  /**
   * Stops accepting, answers what runs, and frees everything, within the grace period. False if a run went on to the end
   * of that period: then a thread is still in it.
   */
  stop(): Promise<boolean>;
  /** Says in the state that it can no longer serve. */
  fail(error: SlipwayError): Promise<void>;
}

/**
 * Makes the replica that a spec describes; nothing runs before `start`. `readSpec` reads the file again, for the models
 * of a spec that was written anew.
 */
export function createReplica(spec: ReplicaSpec, readSpec: () => Promise<ReplicaSpec>, log: Logger): Replica {
  const stateFile = createStateFile(spec.stateFile);
  let phase: ReplicaPhase = 'starting';
  let failure: ReplicaState['error'] = null;
  let authenticator: Authenticator | undefined;
  let calls: GrpcServer | undefined;
  let listener: Listener | undefined;
  let admin: AdminListener | undefined;
  let dataPlane: DataPlane | undefined;
  let entry: EntryService | undefined;
  let tracing: Tracing | undefined;
  let collection: Collection | undefined;
  const loads = () => (entry ?? dataPlane)?.loads() ?? [];
  const statistics = createStatistics();
  const metrics = createMetrics({
    loads,
    statistics,
    spans: () => tracing?.counts(),
    collected: () => collection?.counts(),
    workerBytes: () => entry?.workerBytes() ?? [],
    tfservingStatus: statusName,
  });
  const models = followModels(spec, readSpec, log, (next) => dataPlane?.setModels(next));

  const modelControl = {
    load: async (name: string) => await dataPlane?.loadModel(name),
    unload: async (name: string) => await dataPlane?.unloadModel(name),
  };

  function state(): ReplicaState {
    return {
      kind: 'ReplicaState',
      replicaId: spec.replicaId,
      pid: process.pid,
      phase,
      port: listener?.port ?? null,
      adminPort: admin?.port ?? null,
      authGeneration: authenticator?.generation() ?? 0,
      error: failure,
      models: dataPlane?.models ?? [],
      modelsGeneration: models.generation(),
      versions: dataPlane?.states() ?? [],
      ...totalLoad(loads()),
    };
  }

  async function enter(next: ReplicaPhase): Promise<void> {
    // What was under way when it was told to stop does not call it back to life.
    phase = phase === 'draining' && next !== 'failed' ? 'draining' : next;
    try {
      await stateFile.write(state());
    } catch (thrown) {
      log.error({ err: thrown, phase: next }, 'The state file cannot be written.');
      if (next === 'ready') throw thrown;
    }
  }

  async function start(): Promise<void> {
    void enter('starting');
    authenticator = await openAuthFile(spec.authFile, log);
    tracing = await openTracing(spec.tracing, spec, log);
    collection = await openCollection(spec.collection, spec, log);
    if (spec.entry) entry = createEntryService({ ...spec, entry: spec.entry }, log, beHopeless, collection);
    const context: ServiceContext = {
      service: spec.service,
      maxBodyBytes: spec.limits.maxBodyBytes,
      bothOutputNames: spec.bothOutputNames ?? false,
      corsOrigins: spec.corsOrigins ?? [],
      authenticator,
      metrics,
      statistics,
      log,
      requestLog: createRequestLog(log, spec.logSampleRatio ?? 0),
      tracing,
      collection,
      phase: () => phase,
      dataPlane: () => dataPlane,
      models: spec.models,
      entry,
      modelControl: spec.allowModelControl ? modelControl : undefined,
      newId: randomUUID,
    };
    calls = createServiceCalls(context);
    listener = await createListener({
      ...spec.listen,
      tls: null,
      handler: createServiceHandler(context),
      onCall: calls.onCall,
      onError: reportDefect,
    });
    admin = await createAdminListener({
      token: spec.adminToken,
      routes: { 'GET /status': state, 'POST /reload': reload, 'POST /renew': renew },
      onError: reportDefect,
    });
    void enter('loading');
    await (entry === undefined ? openModels() : entry.start());
    await enter('ready');
    log.info({ port: listener.port, uptimeMs: Math.round(process.uptime() * 1000) }, 'Ready.');
  }

  async function openModels(): Promise<void> {
    dataPlane = await createDataPlane({
      models: spec.models,
      service: spec.service,
      cpuCores: spec.cpuCores,
      profile: spec.profile,
      lane: spec.lane,
      limits: spec.limits,
      cacheDir: spec.cacheDir,
      accelerator: acceleratorOf(spec),
      log,
      onWarming: () => void enter('warming'),
      onStuck: ({ name }) => beStuck(name),
      onVersions: tellVersions,
    });
    metrics.loaded(dataPlane.models);
  }

  async function reload(): Promise<ReplicaState> {
    await authenticator?.reload();
    if (phase === 'ready') await models.reload();
    return state();
  }

  /** Loads the script anew, from its folder as it is now. */
  async function renew(): Promise<ReplicaState> {
    if (entry === undefined) throw new SlipwayError('unsupported', 'This replica runs no script.');
    await entry.renew();
    return state();
  }

  /** While it starts, the phases say enough. */
  function tellVersions(): void {
    if (phase !== 'ready' || dataPlane === undefined) return;
    metrics.loaded(dataPlane.models);
    stateFile.write(state()).catch((err: unknown) => log.error({ err }, 'The state file cannot be written.'));
  }

  function beStuck(model: string): void {
    beUnable(`A run of model "${model}" is past its deadline; this replica must be replaced.`);
  }

  function beHopeless({ message }: SlipwayError): void {
    beUnable(`${message} This replica must be replaced.`);
  }

  function beUnable(message: string): void {
    failure = { code: 'unavailable', message, permanent: false };
    void enter('stuck');
  }

  function reportDefect(error: SlipwayError): void {
    log.error({ err: error }, error.message);
  }

  async function stop(): Promise<boolean> {
    const graceMs = spec.limits.drainGraceSeconds * 1000;
    const deadline = AbortSignal.timeout(graceMs);
    void enter('draining');
    log.info({ graceMs }, 'Draining.');
    calls?.drain();
    const isAnswered = (await listener?.drain(graceMs)) ?? true;
    if (!isAnswered) log.warn({ graceMs }, 'Requests were cut off at the end of the grace period.');
    const isIdle = await endRuns(deadline);
    await close(deadline);
    await enter('draining');
    log.info({}, 'Stopped.');
    return isIdle;
  }

  async function endRuns(deadline: AbortSignal): Promise<boolean> {
    try {
      if (entry !== undefined) return await entry.drain(deadline);
      await dataPlane?.drain(deadline);
      return true;
    } catch (thrown) {
      log.warn(
        { reason: toSlipwayError(thrown).message },
        'Runs were cut off at the end of the grace period.',
      );
      return false;
    }
  }

  /** Spans and records that wait are sent and written until the deadline. */
  async function close(deadline: AbortSignal): Promise<void> {
    await admin?.close();
    await listener?.close();
    authenticator?.close();
    await Promise.all([tracing?.close(deadline), collection?.close(deadline)]);
  }

  async function fail(error: SlipwayError): Promise<void> {
    log.error({ err: error }, 'The replica has failed.');
    entry?.kill();
    failure = { ...error.toJSON(), permanent: isPermanent(error) };
    await enter('failed');
    await close(AbortSignal.timeout(spec.limits.drainGraceSeconds * 1000));
  }

  return { state, start, stop, fail };
}

/** True if starting again with the same spec must fail in the same way. */
function isPermanent(error: SlipwayError): boolean {
  if (error.code === 'script_failed') return error.details?.['permanent'] === true;
  return error.code === 'invalid_model' || error.code === 'invalid_argument' || error.code === 'unsupported';
}
