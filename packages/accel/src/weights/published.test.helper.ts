import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { unlessMissing } from '@slipway/contract';
import { CATALOGUE, type CatalogueEntry, type Network } from '@slipway/graph/catalogue';
import { onTestEnd, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { TINY_RESNET } from '../pipeline/tiny-network.test.helper.ts';
import type { WeightsEntry } from './manifest.ts';
import type { PullOptions } from './pull-weights.ts';
import { listWeights } from './pulled-weights.ts';

/** Weights of small networks of each layout, as the frameworks wrote them. */
export const FIXTURES = join(import.meta.dirname, '../../../graph/fixtures/catalogue');

const FILE = join(FIXTURES, 'torchvision-resnet/weights.safetensors');

/** ResNet-50 of the catalogue with the network of those weights. */
export const TINY: CatalogueEntry = { ...CATALOGUE.resnet50, network: TINY_RESNET as Network };

/** What is published: the weights of the small network. */
export const CONTENT = readFileSync(FILE);

/** The entry of a manifest that publishes it. */
export function published(url: string, changes: Partial<WeightsEntry> = {}): WeightsEntry {
  return {
    network: 'resnet50',
    version: '1.1.3',
    url: `${url}/weights.safetensors`,
    bytes: CONTENT.length,
    checksum: { algorithm: 'sha256', digest: createHash('sha256').update(CONTENT).digest('hex') },
    checksumSource: 'this test',
    licence: { id: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    layout: 'torchvision',
    ...changes,
  };
}

/** A host of files, and what it was asked for. */
export interface Host {
  readonly url: string;
  /** `bytes=500- if "tag"`, or `whole`. */
  readonly asked: string[];
}

/** Serves the weights, by ranges where it is asked for them; `mischief` may answer instead, and says whether it did. */
export async function startHost(
  scope: TestScope,
  mischief: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<Host> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { range, 'if-range': condition } = request.headers;
    asked.push(range === undefined ? 'whole' : `${range} if ${condition}`);
    if (mischief(request, response)) return;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const whole = start === 0 || (condition !== undefined && condition !== '"one"');
    const headers = { etag: '"one"', 'content-length': CONTENT.length - (whole ? 0 : start) };
    const part = { ...headers, 'content-range': `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}` };
    response.writeHead(whole ? 200 : 206, whole ? headers : part).end(CONTENT.subarray(whole ? 0 : start));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(scope, async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Answers with a beginning, and breaks off once it has arrived somewhere. */
export function breakOff(response: ServerResponse, etag: string, arrived: Promise<unknown>): boolean {
  response.writeHead(200, { 'content-length': CONTENT.length, etag });
  response.write(CONTENT.subarray(0, 500));
  void arrived.finally(() => response.destroy());
  return true;
}

/** What a person says who has read the licence. */
export const ACCEPTED = { acceptLicence: 'Apache-2.0' } as const;

/** What is told to a pull from a host into a home of its own. */
export async function prepare(t: TestContext, url: string, changes = {}): Promise<PullOptions> {
  return { home: await temporaryFolder(t), manifest: [published(url, changes)], ...ACCEPTED };
}

/** Waits until so much of the download is on the disk. */
export async function received(home: string, size: number): Promise<void> {
  const part = join(home, 'models/resnet50/.downloads/1.1.3-weights.safetensors.part');
  await waitFor(async () => (await unlessMissing(stat(part)))?.size === size, {
    ...{ what: `${size} bytes of the download`, timeoutMs: 30_000 },
  });
}

/** Nothing looks pulled, and nothing half done is left besides what a download goes on from. */
export async function assertNothingPulled(home: string, downloads = 0): Promise<void> {
  assert.deepEqual(await listWeights(home), []);
  const folder = join(home, 'models/resnet50');
  const names = (await unlessMissing(readdir(folder))) ?? [];
  assert.deepEqual(
    names.filter((name) => !/^\.(?:lock|downloads)/.test(name)),
    [],
  );
  const left = (await unlessMissing(readdir(join(folder, '.downloads')))) ?? [];
  assert.equal(left.length, downloads, left.join());
}
