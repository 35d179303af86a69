import assert from 'node:assert/strict';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { freePort, mountSmallDisk, startProcess } from '@slipway/testkit';
import { importFile } from './import-file.ts';
import {
  ACCEPTED,
  assertNothingPulled,
  breakOff,
  CONTENT,
  FIXTURES,
  prepare,
  published,
  received,
  startHost,
  TINY,
} from './published.test.helper.ts';
import { pullWeights } from './pull-weights.ts';
import { findWeights, listWeights, removeWeights, requireWeights } from './pulled-weights.ts';

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
    message:
      /"slipway accel pull resnet50 --home \S+" brings them, with --from FILE .* --random-weights SEED/,
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
  await assert.rejects(requireWeights(TINY, options.home), { message: /was cut: .* goes on with it/ });
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
  await assert.rejects(pullWeights(TINY, options), { code: 'cancelled', message: 'Enough.' });
  await assert.rejects(pullWeights(TINY, { ...options, signal: AbortSignal.abort() }), {
    ...{ code: 'cancelled', message: /given up/ },
  });
});
