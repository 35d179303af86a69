import { availableParallelism } from 'node:os';
import type { LoadedModel, ReplicaModel, SlipwayError } from '@slipway/contract';
import { loadSession } from '../detection/load-session.ts';
import type { EngineSession, LoadOptions, ModelFacts } from '../engines/engine.ts';
import { fitsInline, INLINE_MAX_RUN_MS, mayRunInline, shouldRunInline } from '../models/choose-lane.ts';
import { planBatches } from '../models/plan-batches.ts';
import { planThreads, type ThreadPlan } from '../models/plan-threads.ts';
import { runsWithin, type WarmUp, warmUp } from '../models/warm-up.ts';
import type { BatchPlan } from '../scheduling/batch-plan.ts';
import { createInlineLane } from '../scheduling/inline-lane.ts';
import type { Job, Lane } from '../scheduling/job.ts';
import type { WorkerInfo } from '../scheduling/messages.ts';
import { type ModelWorker, startModelWorker } from '../scheduling/model-worker.ts';
import { createSizeRouter } from '../scheduling/size-router.ts';
import type { Watchdog } from '../scheduling/watchdog.ts';
import { createWorkerLane } from '../scheduling/worker-lane.ts';
import type { Log } from './log.ts';

import type { ServingContext } from './serving-context.ts';

/** Runs on the socket thread use that thread alone: starting others costs more than such a run. */
const INLINE_THREADS = 1;

/** Requests too large for the socket thread are rare: one worker for them is enough. */
const LARGE_WORKERS = 1;

/** A way to run a model, and what was found out about it. */
export interface OpenLane {
  readonly loaded: LoadedModel;
  readonly lane: Lane;
}

/** Loads the model where it can run fastest without harm to others, warms it up, and opens the lane to it. */
export async function openLane(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
  beside: boolean,
): Promise<OpenLane> {
  if (context.lane === 'auto' && facts.valueDriven.length > 0) tellValueDriven(model, facts, context.log);
  const inline = mayStayHere(model, facts, context)
    ? await tryInline(model, facts, context, beside)
    : undefined;
  return inline ?? (await serveOnWorkers(model, facts, context));
}

/**
 * The socket thread has room for one engine. An accelerator is kept off it: others use it too, and with inputs of a new
 * shape it may have kernels to choose or to compile, for seconds.
 */
function mayStayHere({ instances }: ReplicaModel, facts: ModelFacts, context: ServingContext): boolean {
  const { lane, accelerator } = context;
  if (lane === 'inline') return true;
  return accelerator === undefined && mayRunInline(lane, facts) && (instances ?? 1) === 1;
}

function tellValueDriven(model: ReplicaModel, { valueDriven }: ModelFacts, log: Log): void {
  log.info(
    { model: model.name, operators: valueDriven },
    'The values of a request set how much work these operators do, so the model is kept off the socket thread.',
  );
}

async function tryInline(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
  beside: boolean,
): Promise<OpenLane | undefined> {
  const watchdog = context.watchdog();
  const here = beside
    ? await loadBeside(model, facts, context, watchdog)
    : await loadHere(model, facts, context, watchdog);
  if (here === undefined) return undefined;
  const { session, info } = here;
  const threads = { workers: 0, threads: INLINE_THREADS };
  const plan = planBatches(model.batching, info.warmUp, 'inline');
  const { limits, slots } = context;
  const lane = createSizeRouter({
    small: createInlineLane({ model, session, plan, limits, slots, watchdog }),
    openLarge: () => openLargeLane(model, facts, context, info.warmUp),
    isSmall: (job) => fitsInline(info.warmUp, countElements(job)),
  });
  return { loaded: describe(model, 'inline', threads, plan, info, context), lane };
}

interface Loaded {
  readonly session: EngineSession;
  readonly info: WorkerInfo;
}

/** `undefined` if the model is too slow for the socket thread; nothing of it is left then. */
async function loadHere(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
  watchdog: Watchdog,
): Promise<Loaded | undefined> {
  const startedAt = performance.now();
  const session = await loadSession(context.engine, facts, inlineOptions(model, context));
  const loadMs = performance.now() - startedAt;
  context.onLoaded(model);
  watchdog.enter();
  // A slow model shows within a run or two, and is going to be warmed up on its worker anyway.
  const worthwhile = context.lane === 'inline' || runsWithin(session, INLINE_MAX_RUN_MS);
  const measured = worthwhile ? warmUpOrClose(session, watchdog) : undefined;
  watchdog.leave();
  if (measured === undefined || !shouldRunInline(context.lane, measured)) {
    session.close();
    return undefined;
  }
  const { signature, notes } = session;
  return { session, info: { signature, notes, loadMs, warmUp: measured } };
}

function warmUpOrClose(session: EngineSession, watchdog: Watchdog): WarmUp {
  try {
    return warmUp(session);
  } catch (thrown) {
    watchdog.leave();
    session.close();
    throw thrown;
  }
}

/**
 * As `loadHere`, but measured on a thread of its own, which also leaves the optimized model in the cache: the socket
 * thread is held up only by a load from there and a few runs.
 */
async function loadBeside(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
  watchdog: Watchdog,
): Promise<Loaded | undefined> {
  const options = inlineOptions(model, context);
  const trial = await startModelWorker({ model, engine: context.engineName, facts, options });
  const { info } = trial;
  await trial.close();
  if (!shouldRunInline(context.lane, info.warmUp)) return undefined;
  const session = await loadSession(context.engine, facts, options);
  watchdog.enter();
  runsWithin(session, INLINE_MAX_RUN_MS);
  session.placement();
  watchdog.leave();
  return { session, info };
}

function inlineOptions(model: ReplicaModel, context: ServingContext): LoadOptions {
  return loadOptions(model, context, INLINE_THREADS);
}

function loadOptions({ digest }: ReplicaModel, context: ServingContext, threads: number): LoadOptions {
  const { cacheDir, accelerator } = context;
  return { threads, digest, cacheDir, accelerator };
}

function openLargeLane(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
  measured: WarmUp,
): Lane {
  context.log.info(
    { model: model.name },
    'A request is too large for the socket thread; a worker is started for such requests.',
  );
  const { threads } = planThreads('latency', context.cpuCores, availableParallelism());
  const workers = startWorkers(model, facts, context, { workers: LARGE_WORKERS, threads });
  return openWorkerLane(model, context, workers, planBatches(model.batching, measured, 'worker'));
}

async function serveOnWorkers(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
): Promise<OpenLane> {
  const { cpuCores } = context;
  // Each engine has the weights in the memory of the accelerator once more, so there is one unless more are asked for.
  const profile = context.accelerator === undefined ? context.profile : 'latency';
  const threads = planThreads(profile, cpuCores, availableParallelism(), model.instances);
  const workers = await startWorkers(model, facts, context, threads);
  const info = (workers[0] as ModelWorker).info;
  const plan = planBatches(model.batching, info.warmUp, 'worker');
  const lane = openWorkerLane(model, context, Promise.resolve(workers), plan);
  return { loaded: describe(model, 'worker', threads, plan, info, context), lane };
}

/** The first alone, so that the others find what it leaves in the cache. */
async function startWorkers(
  model: ReplicaModel,
  facts: ModelFacts,
  context: ServingContext,
  plan: ThreadPlan,
): Promise<readonly ModelWorker[]> {
  const options = loadOptions(model, context, plan.threads);
  const spec = { model, engine: context.engineName, facts, options };
  const start = () => startModelWorker(spec, () => context.onLoaded(model));
  const first = await start();
  const others = await Promise.all(Array.from({ length: plan.workers - 1 }, start));
  return [first, ...others];
}

function openWorkerLane(
  model: ReplicaModel,
  context: ServingContext,
  workers: Promise<readonly ModelWorker[]>,
  plan: BatchPlan,
): Lane {
  const { limits, slots } = context;
  const onBroken = (error: SlipwayError) => context.onBroken(model, error);
  return createWorkerLane({ model, workers, plan, limits, slots, onBroken });
}

function describe(
  model: ReplicaModel,
  lane: 'inline' | 'worker',
  threads: ThreadPlan,
  plan: BatchPlan,
  info: WorkerInfo,
  context: ServingContext,
): LoadedModel {
  const { loadMs, signature, warmUp: measured } = info;
  const { runMs, rowMs, refusal } = measured;
  const { name, version } = model;
  const { providers } = measured.placement;
  for (const note of [...info.notes, ...measured.placement.notes]) context.log.warn({ model: name }, note);
  if (refusal !== null) {
    context.log.warn(
      { model: name, reason: refusal },
      'The model refused the warm-up input; how long it runs is not known, and requests do not share runs.',
    );
  }
  context.log.info(
    { model: name, version, providers, lane, ...threads, loadMs, runMs, rowMs, maxBatchRows: plan.maxRows },
    'The model is ready.',
  );
  return Object.freeze({
    name,
    version,
    signature,
    providers,
    lane,
    ...threads,
    loadMs,
    warmRunMs: runMs ?? 0,
    maxBatchRows: plan.maxRows,
    ...(model.weights !== undefined && { weights: model.weights }),
  });
}

function countElements(job: Job): number {
  let count = 0;
  for (let index = 0; index < job.inputs.length; index += 1) count += job.inputs[index]?.data.length ?? 0;
  return count;
}
