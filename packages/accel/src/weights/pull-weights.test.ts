import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import { buildNetwork, CATALOGUE, randomWeights, withClassifier } from '@slipway/graph/catalogue';
import { writeModel } from '@slipway/graph/onnx';
import { freePort, mountSmallDisk, startProcess, temporaryFolder, waitFor } from '@slipway/testkit';
import { TINY_RESNET } from '../pipeline/tiny-network.test.helper.ts';
import { importFile } from './import-file.ts';
import { WEIGHTS } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import { breakOff, CONTENT, FIXTURES, published, startHost, TINY } from './published.test.helper.ts';
import { type PullOptions, pullWeights } from './pull-weights.ts';
import { findWeights, listWeights, removeWeights, requireWeights } from './pulled-weights.ts';

const ACCEPTED = { acceptLicence: 'Apache-2.0' } as const;

/** What is told to a pull from a host into a home of its own. */
async function prepare(t: TestContext, url: string, changes = {}): Promise<PullOptions> {
  return { home: await temporaryFolder(t), manifest: [published(url, changes)], ...ACCEPTED };
}

/** Waits until so much of the download is on the disk. */
async function received(home: string, size: number): Promise<void> {
  const part = join(home, 'models/resnet50/.downloads/1.1.3-weights.safetensors.part');
  await waitFor(async () => (await unlessMissing(stat(part)))?.size === size, {
    ...{ what: `${size} bytes of the download`, timeoutMs: 30_000 },
  });
}

/** Nothing looks pulled, and nothing half done is left besides what a download goes on from. */
async function assertNothingPulled(home: string, downloads = 0): Promise<void> {
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

test('what Slipway knows to be published is as a manifest must be', () => {
  assert.deepEqual(parseManifest({ weights: WEIGHTS }, 'manifest.ts'), WEIGHTS);
  for (const { network, version } of WEIGHTS) assert.equal(version, CATALOGUE[network].versions.float);
});

test('weights of a manifest are downloaded, held to the network, found and removed', async (t) => {
  const host = await startHost(t);
  const told: string[] = [];
  const options = {
    ...(await prepare(t, host.url)),
    onProgress: ({ doing }: { doing: string }) => told.push(doing),
  };
  const pulled = await pullWeights(TINY, options);
  assert.equal(pulled.folder, join(options.home, 'models/resnet50/1.1.3'));
  assert.deepEqual((await readdir(pulled.folder)).toSorted(), ['1.1.3-weights.safetensors', 'weights.json']);
  const { network, version, layout, part, origin, licence, bytes, random } = pulled;
  assert.deepEqual(
    { network, version, layout, part, origin, licence: licence?.id, bytes, random },
    {
      ...{ network: 'resnet50', version: '1.1.3', layout: 'torchvision', part: 'network' },
      ...{ origin: 'torchvision', licence: 'Apache-2.0', bytes: CONTENT.length, random: false },
    },
  );
  assert.deepEqual(new Set(told), new Set(['downloading', 'copying', 'checking']));
  assert.deepEqual(await pullWeights(TINY, options), pulled, 'and is left alone the next time');
  assert.deepEqual(host.asked, ['whole']);
  assert.deepEqual(await findWeights('resnet50', options.home, { quantized: true }), pulled);
  assert.equal(
    (await importFile(TINY, (await requireWeights(TINY, options.home)).path)).tensors.size > 10,
    true,
  );
  await removeWeights(pulled);
  await assertNothingPulled(options.home);
  await assert.rejects(requireWeights(TINY, options.home), {
    code: 'not_found',
    message: /"slipway accel pull resnet50" brings them, with --from FILE .* --random-weights SEED/,
  });
});

test('a connection that breaks goes on from where it ended, if the file is still the same', async (t) => {
  for (const [etag, asked] of [
    ['"one"', ['whole', 'bytes=500- if "one"']],
    ['"another"', ['whole', 'bytes=500- if "another"']],
  ] as const) {
    const host = await startHost(
      t,
      (request, response) =>
        request.headers.range === undefined && breakOff(response, etag, received(options.home, 500)),
    );
    const options = await prepare(t, host.url);
    assert.equal((await pullWeights(TINY, options)).bytes, CONTENT.length);
    assert.deepEqual(host.asked, asked);
  }
});

test('a download goes on after a kill, and one pulls at a time', async (t) => {
  let holding = true;
  const host = await startHost(t, (_request, response) => {
    if (!holding) return false;
    response
      .writeHead(200, { 'content-length': CONTENT.length, etag: '"one"' })
      .write(CONTENT.subarray(0, 700));
    return true;
  });
  const options = await prepare(t, host.url);
  const module = JSON.stringify(new URL('./pull-weights.js', import.meta.url).href);
  const script = `const { pullWeights } = await import(${module});
    await pullWeights(${JSON.stringify(TINY)}, ${JSON.stringify(options)});`;
  const other = await startProcess(t, process.execPath, ['--input-type=module', '-e', script], {});
  await received(options.home, 700);
  await assert.rejects(pullWeights(TINY, options), {
    ...{ code: 'conflict', message: /^Process \d+ is pulling weights of resnet50/ },
  });
  await other.stop('SIGKILL');
  await assertNothingPulled(options.home, 2);
  await mkdir(join(options.home, 'models/resnet50/.1.1.3.of-a-killed-one.part'));
  holding = false;
  await pullWeights(TINY, options);
  assert.equal(host.asked.at(-1), 'bytes=700- if "one"');
  assert.deepEqual(await readdir(join(options.home, 'models/resnet50/.downloads')), []);
  const names = await readdir(join(options.home, 'models/resnet50'));
  assert.equal(
    names.some((name) => name.endsWith('.part')),
    false,
  );
});

test('a server that knows no ranges sends the file again, whole', async (t) => {
  const host = await startHost(t, (_request, response) => {
    if (host.asked.length === 1) return breakOff(response, '"one"', received(options.home, 500));
    response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT);
    return true;
  });
  const options = await prepare(t, host.url);
  assert.equal((await pullWeights(TINY, options)).bytes, CONTENT.length);
});

test('what is not the file that is meant is told, with both checksums, and removed', async (t) => {
  const host = await startHost(t, (_request, response) => {
    response.end(Buffer.alloc(CONTENT.length, 1));
    return true;
  });
  const options = await prepare(t, host.url);
  await assert.rejects(pullWeights(TINY, options), (error) => {
    assert.ok(error instanceof SlipwayError);
    assert.equal(error.code, 'corrupt');
    assert.match(error.message, /its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/);
    return true;
  });
  await assertNothingPulled(options.home);
  const larger = await prepare(t, host.url, { bytes: 1000 });
  await assert.rejects(pullWeights(TINY, larger), { code: 'corrupt', message: /it is another file/ });
  const own = { home: larger.home, from: `${host.url}/weights.safetensors` };
  await assert.rejects(pullWeights(TINY, own), { code: 'unsupported', message: /no file of weights/ });
  await assertNothingPulled(larger.home);
});

test('without a network, and where the file is gone, it says what to do', async (t) => {
  const nobody = await prepare(t, `http://127.0.0.1:${await freePort()}`);
  await assert.rejects(pullWeights(TINY, nobody), {
    ...{ code: 'unavailable', message: /cannot be reached \(.*ECONNREFUSED.*\): .* --from/ },
  });
  const host = await startHost(t, (_request, response) => {
    response.writeHead(404).end();
    return true;
  });
  await assert.rejects(pullWeights(TINY, await prepare(t, host.url)), { code: 'not_found', message: /404/ });
  await assert.rejects(pullWeights(TINY, { home: nobody.home, manifest: [] }), { message: /--from/ });
});

test('a licence that is not accepted is told, and nothing is asked for', async (t) => {
  const host = await startHost(t);
  const { home, manifest } = await prepare(t, host.url);
  for (const acceptLicence of [undefined, 'MIT', async () => false])
    await assert.rejects(pullWeights(TINY, { home, manifest, acceptLicence }), {
      ...{ code: 'invalid_argument', message: /say --accept-licence Apache-2\.0/ },
    });
  assert.deepEqual(host.asked, []);
  await pullWeights(TINY, { home, manifest, acceptLicence: async ({ id }) => id === 'Apache-2.0' });
});

test('weights of another network are refused by their names, and do not count', async (t) => {
  const home = await temporaryFolder(t);
  const from = join(FIXTURES, 'keras-vgg/weights.h5');
  await assert.rejects(pullWeights(TINY, { home, from }), {
    ...{
      code: 'invalid_argument',
      message: /^\/.*keras-vgg\/weights\.h5: The weights are not those of "resnet_v1_50"/,
    },
  });
  const host = await startHost(t);
  const other = { ...TINY, network: { ...TINY_RESNET, classes: 11 } };
  const options = { home, manifest: [published(host.url)], ...ACCEPTED };
  await assert.rejects(pullWeights(other, options), { message: /fc\.weight is \[10, .* instead of \[11/ });
  await assertNothingPulled(home);
});

test('files of every layout are taken from where they are, and stay there', async (t) => {
  const drawn = join(await temporaryFolder(t), 'drawn.onnx');
  await writeModel(withClassifier(buildNetwork(TINY_RESNET, randomWeights(TINY_RESNET, 7))), drawn);
  for (const [from, origin, opened] of [
    [join(FIXTURES, 'torchvision-resnet/weights.safetensors'), 'torchvision', 'weights.safetensors'],
    [join(FIXTURES, 'slim-resnet/weights.ckpt'), 'slim', 'weights.ckpt'],
    [join(FIXTURES, 'slim-resnet'), 'slim', 'weights.ckpt'],
    [join(FIXTURES, 'keras-resnet/weights.h5'), 'keras', 'weights.h5'],
    [drawn, 'random, seed 7', 'drawn.onnx'],
  ] as const) {
    const home = await temporaryFolder(t);
    const pulled = await pullWeights(TINY, { home, from });
    assert.equal(pulled.origin, origin);
    assert.equal(pulled.licence, null);
    assert.equal(pulled.random, from === drawn);
    assert.equal(basename(pulled.path), opened);
    assert.equal((await importFile(TINY, pulled.path)).origin, origin);
    assert.ok(existsSync(join(from, '..')) && (await readdir(join(from, '..'))).length > 0);
    await assert.rejects(pullWeights(TINY, { home, from }), {
      code: 'already_exists',
      message: /slipway accel remove/,
    });
    const quantized = await pullWeights(TINY, { home, from, quantized: true });
    assert.equal(quantized.version, '1.1.2');
    assert.deepEqual(await findWeights('resnet50', home, { quantized: true }), quantized);
    assert.deepEqual(await findWeights('resnet50', home), pulled);
  }
});

test('a folder that leaves open what is meant, and nothing at all, are refused', async (t) => {
  const [home, folder] = [await temporaryFolder(t), await temporaryFolder(t)];
  await assert.rejects(pullWeights(TINY, { home, from: folder }), { message: /has no file of weights/ });
  for (const name of ['a.h5', 'b.npz']) await writeFile(join(folder, name), '');
  await assert.rejects(pullWeights(TINY, { home, from: folder }), { message: /has several: a\.h5, b\.npz/ });
  await assert.rejects(pullWeights(TINY, { home, from: join(folder, 'none') }), { code: 'not_found' });
});

test('a disk that is full is told, and nothing half done is left', async (t) => {
  const disk = await mountSmallDisk(t, 1);
  if (disk === undefined) return;
  await writeFile(join(disk.folder, 'filling'), Buffer.alloc(950_000));
  const host = await startHost(t);
  const options = { home: join(disk.folder, 'home'), manifest: [published(host.url)], ...ACCEPTED };
  await assert.rejects(pullWeights(TINY, options), { code: 'storage_full', message: /needs? .* free/ });
  const unknown = { ...options, manifest: [published(host.url, { bytes: undefined })] };
  await assert.rejects(pullWeights(TINY, unknown), { code: 'storage_full' });
  await cp(join(FIXTURES, 'torchvision-resnet'), join(disk.folder, 'more'), { recursive: true }).catch(
    () => {},
  );
  const from = join(FIXTURES, 'torchvision-resnet/weights.safetensors');
  await assert.rejects(pullWeights(TINY, { home: options.home, from }), { code: 'storage_full' });
  assert.deepEqual(await listWeights(options.home), []);
});

test('an interruption is told as what it is', async (t) => {
  const interruption = new AbortController();
  const host = await startHost(t, (_request, response) => {
    response
      .writeHead(200, { 'content-length': CONTENT.length })
      .write(CONTENT.subarray(0, 700), () => interruption.abort(new SlipwayError('cancelled', 'Enough.')));
    return true;
  });
  const options = { ...(await prepare(t, host.url)), signal: interruption.signal };
  await assert.rejects(pullWeights(TINY, options), { code: 'cancelled' });
});

test('all that is wrong with a manifest is told at once', () => {
  const entry = {
    ...published('http://127.0.0.1'),
    network: 'alexnet',
    checksum: { algorithm: 'md5', digest: 'x' },
  };
  assert.throws(() => parseManifest({ weights: [entry] }, 'own.json'), {
    message:
      /^own\.json is no manifest of weights: weights\[0\]\.network: .*; weights\[0\]\.checksum\.digest: .*\.$/,
  });
  const good = published('http://127.0.0.1');
  assert.throws(() => parseManifest({ weights: [good, good] }, 'own.json'), { message: /is there twice/ });
  assert.throws(() => parseManifest([], 'own.json'), { message: /weights: it must be a list/ });
});
