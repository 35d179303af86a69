import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReplicaModel, ServiceAuth } from '@slipway/contract';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { createListener } from '@slipway/transport';
import { pino } from 'pino';
import { openAuthFile } from '../auth/auth-file.ts';
import { createDataPlane } from '../data-plane/create-data-plane.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createStatistics } from '../observability/statistics.ts';
import { NO_AUTH } from '../replica-fixtures.ts';
import { createServiceHandler } from './handler.ts';
import type { ServiceContext } from './service-context.ts';
import { statusName } from './tfserving/grpc/errors.ts';

/** A model of a test: its bytes, and what stands in its signature file if it has one. */
export interface TestModel {
  readonly name: string;
  readonly version?: number;
  readonly bytes: Uint8Array;
  readonly signature?: object;
  readonly labels?: readonly string[];
}

export interface ServiceSetUp {
  /** The first is the default. */
  readonly models: readonly TestModel[];
  readonly auth?: ServiceAuth;
  /** Replaces parts of what the protocols are given. */
  readonly context?: Partial<ServiceContext>;
}

/** A service that answers on a socket, in the process of its test. */
export interface TestService {
  readonly url: string;
  readonly context: ServiceContext;
}

const LIMITS = {
  maxBodyBytes: 1_000_000,
  maxConcurrentRequests: null,
  maxQueueLength: 100,
  maxQueueWaitMs: 10_000,
  scoringTimeoutMs: 10_000,
  drainGraceSeconds: 1,
};

/** Opens a service with these models; it is gone when the test ends. */
export async function openService(scope: TestScope, setUp: ServiceSetUp): Promise<TestService> {
  const folder = await temporaryFolder(scope);
  const log = pino({ level: 'silent' });
  const dataPlane = await createDataPlane({
    models: await Promise.all(setUp.models.map((model) => store(folder, model))),
    service: 'test',
    cpuCores: 1,
    profile: 'latency',
    lane: 'auto',
    limits: LIMITS,
    cacheDir: join(folder, 'cache'),
    log,
    onStuck: () => assert.fail('nothing was to be stuck'),
  });
  onTestEnd(scope, () => dataPlane.drain(AbortSignal.timeout(LIMITS.scoringTimeoutMs)));
  const authFile = join(folder, 'auth.json');
  await writeFile(authFile, JSON.stringify(setUp.auth ?? NO_AUTH));
  const authenticator = await openAuthFile(authFile, log);
  onTestEnd(scope, async () => authenticator.close());

  const statistics = createStatistics();
  const context: ServiceContext = {
    service: 'test',
    maxBodyBytes: LIMITS.maxBodyBytes,
    bothOutputNames: false,
    corsOrigins: [],
    authenticator,
    metrics: createMetrics({
      loads: dataPlane.loads,
      statistics,
      spans: () => undefined,
      tfservingStatus: statusName,
    }),
    statistics,
    log,
    phase: () => 'ready',
    dataPlane: () => dataPlane,
    models: [],
    modelControl: undefined,
    newId: randomUUID,
    ...setUp.context,
  };
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    handler: createServiceHandler(context),
    onError: (error) => assert.fail(error),
  });
  onTestEnd(scope, () => listener.close());
  return { url: `http://127.0.0.1:${listener.port}`, context };
}

async function store(folder: string, model: TestModel): Promise<ReplicaModel> {
  const { name, version = 1, bytes, signature, labels } = model;
  const path = join(folder, name, String(version));
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'model.onnx'), bytes);
  if (signature !== undefined) await writeFile(join(path, 'signature.json'), JSON.stringify(signature));
  return { name, version, digest: `sha256:${name}${version}`, path, labels };
}
