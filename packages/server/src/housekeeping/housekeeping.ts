import type { ContentStore } from '@slipway/oci';
import type { Logger } from 'pino';
import type { LocalEnvironments } from '../environments/create-environments.ts';
import type { HomePaths } from '../home/home-paths.ts';
import { rotateLog } from '../processes/rotate-log.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { collectUnusedBlobs } from '../resources/models/unused-blobs.ts';
import { liveRevisions } from '../resources/models/users.ts';
import { scan } from '../resources/page.ts';
import { revisionKey } from '../resources/services/revisions.ts';
import type { RevisionRecord } from '../store/collections.ts';
import type { Store } from '../store/store.ts';
import type { Target } from '../targets/target.ts';
import { environmentsInUse } from './environments-in-use.ts';
import { removeOldOperations } from './old-operations.ts';
import { type InUse, type ScriptInUse, sweepFolders } from './sweep-folders.ts';

/** Logs are looked at this often: a process that writes 1 MB a second passes the limit by little. */
const ROTATE_EVERY_MS = 10_000;

/** Bytes that nobody needs may lie this long. */
const COLLECT_EVERY_MS = 5 * 60_000;

/** An idempotency key is good for a day: longer than any client tries again. */
const IDEMPOTENCY_MS = 24 * 60 * 60_000;

/** Records that are removed in one transaction. */
const REMOVED_AT_ONCE = 500;

export interface HousekeepingOptions {
  readonly home: HomePaths;
  readonly store: Store;
  readonly contentStore: ContentStore;
  readonly target: Pick<Target, 'observe'>;
  readonly reconciler: Pick<Reconciler, 'all'>;
  readonly environments: Pick<LocalEnvironments, 'inWork'>;
  readonly log: Logger;
  /** Blobs that no model names are kept this long: their model may be about to be registered. */
  readonly uploadGraceMs: number;
  /** Operations are kept this long after their end. */
  readonly operationsKeptMs: number;
}

/** Removes what nobody needs any more. */
export interface Housekeeping {
  /** Looks through everything; problems are logged. */
  collect(): Promise<void>;
  /** Looks again and again, and keeps logs short. */
  start(): void;
  /** Looks soon: something was released. */
  released(): void;
  stop(): Promise<void>;
}

/** Builds the housekeeping; `start` begins its rounds. */
export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { home, store, contentStore, target, reconciler, environments, log } = options;
  const timers: NodeJS.Timeout[] = [];
  let working: Promise<void> = Promise.resolve();
  let queued = false;

  /** One round at a time; what is asked for during one is done by the next. */
  function collect(): Promise<void> {
    if (queued) return working;
    queued = true;
    working = working.then(async () => {
      queued = false;
      await collectNow().catch((err: unknown) => log.error({ err }, 'what is unused could not be removed'));
    });
    return working;
  }

  async function collectNow(): Promise<void> {
    const folders = await sweepFolders(home, readInUse);
    const blobs = await collectUnusedBlobs(store, contentStore, options.uploadGraceMs);
    await removeOldKeys(store);
    const operations = await removeOldOperations(store, timestampBefore(options.operationsKeptMs));
    if (folders + blobs.blobs + blobs.uploads + operations === 0) return;
    log.info({ folders, ...blobs, operations }, 'removed what was unused');
  }

  async function readInUse(): Promise<InUse> {
    const environmentHashes = await environmentsInUse(home, store, environments.inWork);
    const replicas = await target.observe();
    const booked = reconciler.all().flatMap(({ notes }) => [...notes.replicas.keys()]);
    return await store.read(async (reader) => {
      const serviceUids = new Set<string>();
      const modelDigests = new Set<string>();
      const scripts: ScriptInUse[] = [];
      for await (const { value } of scan(reader, 'services', {})) {
        serviceUids.add(value.uid);
        const live = await liveRevisions(reader, value);
        for (const { digest } of live.flatMap(({ models }) => models)) modelDigests.add(digest);
        scripts.push(...live.flatMap(scriptOf));
      }
      for (const { serviceUid, revision } of replicas) {
        // What still runs imports and opens when it likes.
        const running = await reader.get('revisions', revisionKey(serviceUid ?? '', revision));
        if (running !== undefined) scripts.push(...scriptOf(running.value));
      }
      const replicaIds = new Set([...replicas.map(({ id }) => id), ...booked]);
      return { serviceUids, modelDigests, environmentHashes, scripts, replicaIds };
    });
  }

  async function rotateLogs(): Promise<void> {
    const files = [home.gatewayLog, home.serverLog];
    for (const { id } of await target.observe()) files.push(home.replicaLog(id));
    for (const file of files) await rotateLog(file);
  }

  const keepLogsShort = () => {
    rotateLogs().catch((err: unknown) => log.error({ err }, 'a log could not be set aside'));
  };

  return {
    collect,
    start: () => {
      timers.push(setInterval(keepLogsShort, ROTATE_EVERY_MS), setInterval(collect, COLLECT_EVERY_MS));
    },
    released: () => void collect(),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await working;
    },
  };
}

function scriptOf({ serviceUid, number, script }: RevisionRecord): readonly ScriptInUse[] {
  return script === undefined ? [] : [{ serviceUid, revision: number, digest: script.digest }];
}

async function removeOldKeys(store: Store): Promise<void> {
  const before = timestampBefore(IDEMPOTENCY_MS);
  await store.write(async (writer) => {
    const oldest = await writer.list('idempotency', { limit: REMOVED_AT_ONCE });
    for (const { id, value } of oldest) if (value.createdAt < before) await writer.remove('idempotency', id);
  });
}

function timestampBefore(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}
