import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { type DeviceCounts, isFinal, type Model, type OperationState } from '@slipway/contract/api';
import { openContentStore } from '@slipway/oci';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import pino from 'pino';
import { createCollectedData } from '../fleet/collected-data.ts';
import type { OperationQueue } from '../operations/operation-queue.ts';
import type { Fleet, FleetLogLine } from '../reconcile/fleet.ts';
import { NO_CAPACITY } from '../resources/computes/capacity.ts';
import { ensureDefaultWorkspace } from '../resources/workspaces/workspaces.ts';
import { openTokenIssuer } from '../secrets/token-issuer.ts';
import { createVault } from '../secrets/vault.ts';
import type { OperationRecord } from '../store/collections.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';
import { countDevices } from '../targets/devices/device.ts';
import { createDeviceInventory, type DeviceInventory } from '../targets/devices/device-inventory.ts';
import { createHttpApi } from './api.ts';
import type { ShutdownChoice } from './api-deps.ts';
import type { ListenOptions } from './listen-options.ts';

export const API_TOKEN = 'the-token-of-the-tests';

/** Operations that end only when a test says so. */
export interface FakeOperations extends OperationQueue {
  change(id: string, state: OperationState): Promise<void>;
  log(id: string, sequence: number, message: string): Promise<void>;
  readonly watching: () => number;
  wakes: number;
}

export function fakeOperations(store: Store): FakeOperations {
  const watchers = new Set<{ id: string; changed: () => void }>();
  const tell = (id: string) => {
    for (const watcher of watchers) if (watcher.id === id) watcher.changed();
  };
  return {
    wakes: 0,
    watching: () => watchers.size,
    enqueue(writer, order) {
      const record: OperationRecord = {
        id: randomUUID(),
        ...order,
        state: 'NotStarted',
        percent: null,
        message: 'Waits for its turn.',
        error: null,
        cancelRequested: false,
        lease: null,
        createdAt: new Date().toISOString(),
        startedAt: null,
        finishedAt: null,
      };
      return writer.put('operations', record.id, record, 'absent');
    },
    wake() {
      this.wakes += 1;
    },
    cancel(workspace, id) {
      return store.write(async (writer) => {
        const found = await writer.get('operations', id);
        if (found?.value.workspace !== workspace) throw new SlipwayError('not_found', 'No such operation.');
        if (isFinal(found.value.state)) throw new SlipwayError('conflict', 'It has ended.');
        return writer.put('operations', id, { ...found.value, cancelRequested: true });
      });
    },
    watch(id, signal, changed) {
      const watcher = { id, changed };
      watchers.add(watcher);
      signal.addEventListener('abort', () => watchers.delete(watcher), { once: true });
    },
    async change(id, state) {
      await store.write(async (writer) => {
        const found = await writer.get('operations', id);
        assert.ok(found);
        await writer.put('operations', id, { ...found.value, state });
      });
      tell(id);
    },
    async log(id, sequence, message) {
      const line = {
        operationId: id,
        sequence,
        time: new Date().toISOString(),
        level: 'info',
        message,
      } as const;
      const key = `${id}/${String(sequence).padStart(10, '0')}`;
      await store.write((writer) => writer.put('operationLog', key, line));
      tell(id);
    },
  };
}

/** A fleet without replicas, with logs, that notes whose keys it was to apply. */
export interface FakeFleet extends Fleet {
  readonly applied: string[];
  readonly logLines: FleetLogLine[];
  readonly following: () => number;
}

export function fakeFleet(inventory: DeviceInventory): FakeFleet {
  let following = 0;
  const logLines: FleetLogLine[] = [];
  return {
    applied: [],
    logLines,
    following: () => following,
    replicas: () => [],
    async *logs(_service, { tail, follow, signal }) {
      yield* tail === 0 ? [] : logLines.slice(-tail);
      if (!follow) return;
      following += 1;
      try {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      } finally {
        following -= 1;
      }
    },
    async applyAuth(service) {
      this.applied.push(service);
    },
    capacity: () => ({
      total: { cpuCores: 4, memoryGb: 8, devices: countDevices(inventory.devices) },
      allocated: NO_CAPACITY,
    }),
    devices: () => inventory.devices.map((device) => ({ ...device, service: null, replica: null })),
  };
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** `null`: none. */
  readonly token?: string | null;
}

export interface CallResult {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they are there to check.
  readonly body: any;
}

/** A running API on a free port, with all its parts in reach. */
export async function startApi(
  scope: TestScope,
  listen: Partial<ListenOptions> = {},
  traceCollector: string | null = null,
  declared: DeviceCounts = {},
) {
  const store = createMemoryStore();
  await ensureDefaultWorkspace(store);
  const contentStore = await openContentStore(await temporaryFolder(scope));
  const collectedFolder = await temporaryFolder(scope);
  const operations = fakeOperations(store);
  const inventory = createDeviceInventory({ devices: [], problem: null }, declared);
  const fleet = fakeFleet(inventory);
  const vault = createVault(Buffer.alloc(32, 7));
  const tokens = await openTokenIssuer(store, vault);
  const shutdowns: ShutdownChoice[] = [];
  const logs: string[] = [];
  const counts = { modelDeleted: 0 };
  const api = await createHttpApi(
    {
      store,
      contentStore,
      operations,
      fleet,
      collected: createCollectedData({ collected: (uid) => join(collectedFolder, uid) }),
      inventory,
      capacityChanged: () => undefined,
      environments: { check: async () => ['careful'], lockOf: async () => 'six==1.17.0\n' },
      vault,
      tokens,
      logger: pino({ level: 'debug' }, { write: (line) => void logs.push(line) }),
      version: '1.2.3',
      apiToken: API_TOKEN,
      traceCollector,
      gatewayUrl: () => 'http://127.0.0.1:7080',
      modelRegistered: () => undefined,
      modelDeleted: () => {
        counts.modelDeleted += 1;
      },
      environmentDeleted: () => undefined,
      shutdown: ({ services }) => void shutdowns.push(services),
    },
    { host: '127.0.0.1', port: 0, ...listen },
  );
  const url = await api.listen();
  onTestEnd(scope, () => api.close());

  async function call(method: string, path: string, options: CallOptions = {}): Promise<CallResult> {
    const { body, headers = {}, token = API_TOKEN } = options;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }

  /** Uploads bytes as a blob and returns its digest. */
  async function upload(bytes: string): Promise<string> {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const begun = await call('POST', '/uploads');
    await call('PATCH', `/uploads/${begun.body.id}`, {
      body: bytes,
      headers: { 'content-type': 'application/octet-stream', 'upload-offset': '0' },
    });
    const ended = await call('PUT', `/uploads/${begun.body.id}?digest=${digest}`);
    assert.equal(ended.status, 201);
    return digest;
  }

  async function register(name: string, over: Record<string, unknown> = {}): Promise<Model> {
    const bytes = `the bytes of ${name}`;
    const files = [{ path: 'model.onnx', digest: await upload(bytes), size: bytes.length }];
    const answer = await call('POST', '/workspaces/default/models', { body: { name, files, ...over } });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }

  return {
    url,
    call,
    upload,
    register,
    store,
    contentStore,
    collectedFolder,
    operations,
    fleet,
    tokens,
    vault,
    shutdowns,
    logs,
    counts,
  };
}

export type TestApi = Awaited<ReturnType<typeof startApi>>;
