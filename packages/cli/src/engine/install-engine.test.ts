import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ENGINE_VERSION, engineFolder, enginesFolder, SlipwayError, unlessMissing } from '@slipway/contract';
import { freePort, startProcess, temporaryFolder, waitFor } from '@slipway/testkit';
import { parseIndex } from './find-in-index.ts';
import { type Installation, installEngine } from './install-engine.ts';
import { installedEngines, removeEngines } from './installed-engines.ts';
import { ENGINE_RELEASES } from './release.ts';
import { engineHome, fakeRelease, fakeWheels, startIndex } from './wheels.test.support.ts';

const WHEELS = fakeWheels();
const RELEASE = fakeRelease(WHEELS);
const [ENGINE_WHEEL] = WHEELS;

/** An installation into a home of its own, from an index or from paths. */
async function prepare(t: TestContext, source: Installation['source']): Promise<Installation> {
  const progress = () => undefined;
  return { ...(await engineHome(t)), release: RELEASE, source, progress, signal: t.signal };
}

const from = (url: string): Installation['source'] => ({ index: parseIndex(url) });

/** Waits until so much of the first file is on the disk. */
async function received(home: string, size: number): Promise<void> {
  const part = join(enginesFolder(home), '.downloads', `${ENGINE_WHEEL.file}.part`);
  await waitFor(async () => (await unlessMissing(stat(part)))?.size === size, {
    ...{ what: `${size} bytes of the download`, timeoutMs: 30_000 },
  });
}

/** Nothing looks installed, and no half of anything is left but what a download goes on from. */
async function assertNothingInstalled(home: string): Promise<void> {
  assert.deepEqual(await installedEngines(home), []);
  const names = await readdir(enginesFolder(home));
  assert.deepEqual(
    names.filter((name) => !/^\.(?:lock|downloads)/.test(name)),
    [],
  );
}

test('the pins are of the engine that Slipway uses', () => {
  for (const { version, wheels } of Object.values(ENGINE_RELEASES)) {
    assert.equal(version, ENGINE_VERSION);
    assert.ok(wheels[0]?.file.startsWith(`onnxruntime_gpu-${ENGINE_VERSION}-`));
    for (const { sha256 } of wheels) assert.match(sha256, /^[0-9a-f]{64}$/);
  }
});

test('an engine is installed from an index: its libraries and the binding in one folder', async (t) => {
  const index = await startIndex(t, WHEELS);
  const shown: string[] = [];
  const installation = {
    ...(await prepare(t, from(index.url))),
    progress: (text: string) => shown.push(text),
  };
  const engine = await installEngine(installation);
  assert.equal(engine.folder, engineFolder(installation.home, ['cuda']), 'where a replica looks for it');
  assert.deepEqual((await readdir(engine.folder)).toSorted(), [
    'engine.json',
    'libcublas.so.13',
    'libonnxruntime.so.1',
    'libonnxruntime_providers_cuda.so',
    'onnxruntime_binding.node',
  ]);
  const library = await readFile(join(engine.folder, 'libonnxruntime.so.1'));
  assert.ok(library.equals(Buffer.alloc(300_000, 'engine')));
  assert.equal(engine.bytes, 600_000);
  assert.deepEqual(await installedEngines(installation.home), [engine]);
  assert.deepEqual((await readdir(enginesFolder(installation.home))).includes('.downloads'), false);
  assert.ok(shown.some((text) => text.startsWith('Downloading nvidia-cublas: ')));

  const requests = index.asked.length;
  assert.deepEqual(await installEngine(installation), engine, 'and is left alone the next time');
  assert.equal(index.asked.length, requests);
  await removeEngines(installation.home, [engine]);
  await assertNothingInstalled(installation.home);
});

test('a connection that breaks goes on from where it ended', async (t) => {
  const index = await startIndex(t, WHEELS, (request, response, content) => {
    if (request.headers.range !== undefined || content !== ENGINE_WHEEL.content) return false;
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 500));
    void received(installation.home, 500).finally(() => response.destroy());
    return true;
  });
  const installation = await prepare(t, from(index.url));
  await installEngine(installation);
  assert.ok(index.asked.includes(`/files/${ENGINE_WHEEL.file} bytes=500-`));
});

test('an index that knows no ranges sends the file again, whole', async (t) => {
  let asked = 0;
  const index = await startIndex(t, WHEELS, (_request, response, content) => {
    asked += 1;
    response.writeHead(200, { 'content-length': content.length });
    if (asked === 1) response.write(content.subarray(0, 500), () => response.destroy());
    else response.end(content);
    return true;
  });
  assert.equal((await installEngine(await prepare(t, from(index.url)))).bytes, 600_000);
});

test('a file with another checksum is refused, and is not taken for half a download later', async (t) => {
  const index = await startIndex(t, WHEELS, (_request, response, content) => {
    response.end(Buffer.alloc(content.length, 1));
    return true;
  });
  const installation = await prepare(t, from(index.url));
  await assert.rejects(
    () => installEngine(installation),
    (error) =>
      error instanceof SlipwayError && error.code === 'corrupt' && /its SHA-256 is/.test(error.message),
  );
  await assertNothingInstalled(installation.home);
  assert.deepEqual(await readdir(join(enginesFolder(installation.home), '.downloads')), []);
});

test('more bytes than the file has are refused', async (t) => {
  const index = await startIndex(t, WHEELS, (_request, response, content) => {
    response.end(Buffer.concat([content, content]));
    return true;
  });
  await assert.rejects(async () => installEngine(await prepare(t, from(index.url))), { code: 'corrupt' });
});

test('without a network it says so, and what to do instead', async (t) => {
  const nobody = `http://127.0.0.1:${await freePort()}/simple`;
  await assert.rejects(
    async () => installEngine(await prepare(t, from(nobody))),
    (error) =>
      error instanceof SlipwayError &&
      error.code === 'unavailable' &&
      /cannot be reached \(.*ECONNREFUSED.*\): name a mirror with --index, or .* --from\.$/.test(
        error.message,
      ),
  );
});

test('an index without the file is refused', async (t) => {
  const index = await startIndex(t, [WHEELS[1]]);
  await assert.rejects(async () => installEngine(await prepare(t, from(index.url))), { code: 'not_found' });
});

test('a password in the URL of an index goes to it alone', async (t) => {
  const host = await startIndex(t, WHEELS);
  const index = await startIndex(t, WHEELS, undefined, new URL('/files/', host.url).href);
  await installEngine(await prepare(t, from(index.url.replace('http://', 'http://user:s%40cret@'))));
  assert.deepEqual([...index.authorizations], [`Basic ${Buffer.from('user:s@cret').toString('base64')}`]);
  assert.deepEqual([...host.authorizations], [undefined]);
  assert.equal(parseIndex('http://user:secret@mirror.example/simple/').url, 'http://mirror.example/simple');
});

test('files that were brought here are verified and installed, and all that are missing are named at once', async (t) => {
  const folder = await temporaryFolder(t);
  const [first, second] = WHEELS;
  const installation = await prepare(t, { paths: [folder] });
  await assert.rejects(
    () => installEngine(installation),
    (error) =>
      error instanceof SlipwayError && [first, second].every(({ file }) => error.message.includes(file)),
  );
  await writeFile(join(folder, first.file), first.content);
  await mkdir(join(folder, 'more'));
  const single = join(folder, 'more', second.file);
  await writeFile(single, Buffer.alloc(second.bytes));
  const both = { ...installation, source: { paths: [folder, single] } };
  await assert.rejects(() => installEngine(both), { code: 'corrupt' });
  await assertNothingInstalled(installation.home);
  await writeFile(single, second.content);
  assert.equal((await installEngine(both)).bytes, 600_000);
});

test('one installs at a time; whoever is killed has installed nothing, and the next goes on', async (t) => {
  let holding = true;
  const index = await startIndex(t, WHEELS, (_request, response, content) => {
    if (!holding) return false;
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 700));
    return true;
  });
  const installation = await prepare(t, from(index.url));
  const { home, bindingFolder } = installation;
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `
    const [{ installEngine }, { parseIndex }] = await Promise.all([import(${module('./install-engine.js')}), import(${module('./find-in-index.js')})]);
    await installEngine({ ...${JSON.stringify({ home, bindingFolder, release: RELEASE })},
      source: { index: parseIndex(${JSON.stringify(index.url)}) }, progress: () => {}, signal: new AbortController().signal });`;
  const other = await startProcess(t, process.execPath, ['--input-type=module', '-e', script], {});
  await received(home, 700);
  await assert.rejects(() => installEngine(installation), { code: 'conflict' });

  await other.stop('SIGKILL');
  await assertNothingInstalled(home);
  await mkdir(join(enginesFolder(home), '.tmp-of-a-killed-one'));
  holding = false;
  await installEngine(installation);
  assert.ok(
    index.asked.some((asked) => asked === `/files/${ENGINE_WHEEL.file} bytes=700-`),
    index.asked.join(),
  );
  assert.equal((await readdir(enginesFolder(home))).includes('.tmp-of-a-killed-one'), false);
});

test('an interruption leaves nothing that looks installed', async (t) => {
  const interruption = new AbortController();
  const index = await startIndex(t, WHEELS, (_request, response, content) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 700), () =>
      interruption.abort(new SlipwayError('cancelled', 'Enough.')),
    );
    return true;
  });
  const installation = { ...(await prepare(t, from(index.url))), signal: interruption.signal };
  await assert.rejects(() => installEngine(installation), { code: 'cancelled' });
  await assertNothingInstalled(installation.home);
});
