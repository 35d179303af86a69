import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Webservice } from '@slipway/sdk';
import type { RestClientOptions } from '@slipway/sdk/client';
import type { Browser, Page } from 'playwright-core';
import { deploy } from '../harness/deployed.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';
import { startBrowser } from './chromium.ts';
import { CLIENT_PATH, startPageServer } from './page-server.ts';

const DIGIT = Float32Array.from({ length: 784 }, (_, index) => (index % 7) / 7);

const WAYS: readonly Pick<RestClientOptions, 'protocol' | 'binary' | 'model'>[] = [
  // Its address has no room for a model.
  { protocol: 'azure', model: undefined },
  { protocol: 'tfserving' },
  { protocol: 'oip' },
  { protocol: 'oip', binary: false },
];

/** What a page saw of a score: an output, or the error that the client threw. */
interface Seen {
  readonly output?: {
    readonly kind: string;
    readonly shape: readonly number[];
    readonly data: readonly number[];
  };
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly requestId: string | undefined;
  };
}

test('a web page of another origin calls a service whose deployment lets it', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return t.skip(NOT_RUN);
  const port = await startPageServer(t);
  const origin = `http://127.0.0.1:${port}`;
  const installation = await startInstallation(t);
  const open = await deployDigits(t, installation, 'open', [origin]);
  const expected = await scoreHere(open.service);
  const page = await openPage(browser, origin);

  for (const way of WAYS) {
    await t.test(JSON.stringify(way), async () => {
      assert.deepEqual(await score(page, { ...open.options, ...way }), { output: expected });
      const { error } = await score(page, { ...open.options, ...way, credential: 'another' });
      assert.equal(error?.code, 'unauthenticated');
      assert.match(error.message, /^The service answered 401: Unauthorized, invalid key/);
      assert.match(error.requestId ?? '', /^[0-9a-f-]{36}$/);
      const wrong = await score(page, { ...open.options, ...way }, 783);
      assert.equal(wrong.error?.code, 'invalid_argument', wrong.error?.message);
    });
  }

  await t.test('but not a page of an origin that is not named', async () => {
    const stranger = await openPage(browser, `http://localhost:${port}`);
    await assertRefused(stranger, open.options, `http://localhost:${port}`);
  });

  await t.test('but not a service whose deployment names none', async () => {
    const closed = await deployDigits(t, installation, 'closed', []);
    await assertRefused(page, closed.options, origin);
    await closed.service.delete();
  });
  await open.service.delete();
});

const NOT_RUN = `NOT RUN: there is no Chromium for ${process.platform} ${process.arch}. Install one at /usr/bin/chromium.`;

async function deployDigits(
  t: TestContext,
  installation: Installation,
  name: string,
  corsOrigins: readonly string[],
): Promise<{ readonly service: Webservice; readonly options: RestClientOptions }> {
  const { digits } = await writeModels(t);
  const config = { cpuCores: 0.5, corsOrigins };
  const { service, key } = await deploy(installation, { name, model: digits, config });
  assert.ok(service.scoringUri !== null);
  return { service, options: { url: service.scoringUri, model: name, credential: key } };
}

async function openPage(browser: Browser, origin: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origin}/`);
  return page;
}

async function assertRefused(page: Page, options: RestClientOptions, origin: string): Promise<void> {
  for (const way of WAYS) {
    const { error } = await score(page, { ...options, ...way });
    assert.equal(error?.code, 'unavailable');
    const asked = `do corsOrigins of its deployment hold ${origin}?`;
    assert.ok(error.message.endsWith(asked), error.message);
  }
}

/** Scores a digit in the page with the client that it loads as a module. */
async function score(page: Page, options: RestClientOptions, length = DIGIT.length): Promise<Seen> {
  const data = [...DIGIT.subarray(0, length)];
  return await page.evaluate(scoreInPage, {
    client: CLIENT_PATH,
    options,
    data,
  });
}

/** Runs in the page: it may use nothing of this file. */
async function scoreInPage(given: {
  readonly client: string;
  readonly options: RestClientOptions;
  readonly data: readonly number[];
}): Promise<Seen> {
  const { createPredictionClient, SlipwayError } = (await import(
    given.client
  )) as typeof import('@slipway/sdk/client');
  const client = createPredictionClient(given.options);
  const image = { data: Float32Array.from(given.data), shape: [1, given.data.length] };
  try {
    const { outputs } = await client.scoreArrays({ image }, { timeoutMs: 10_000 });
    const { data, shape } = outputs['probabilities'] ?? { data: [], shape: [] };
    return { output: { kind: data.constructor.name, shape, data: Array.from(data as Float32Array) } };
  } catch (thrown) {
    if (!(thrown instanceof SlipwayError)) throw thrown;
    const headers = thrown.details?.['headers'] as Readonly<Record<string, string>> | undefined;
    const { code, message } = thrown;
    return { error: { code, message, requestId: headers?.['x-ms-request-id'] } };
  } finally {
    client.close();
  }
}

/** The same score in this process. */
async function scoreHere(service: Webservice): Promise<Seen['output']> {
  const client = service.client();
  const { outputs } = await client.scoreArrays({ image: { data: DIGIT, shape: [1, 784] } });
  client.close();
  const { data, shape } = outputs['probabilities'] ?? assert.fail('there is no output');
  return { kind: 'Float32Array', shape, data: Array.from(data as Float32Array) };
}
