import assert from 'node:assert/strict';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import type { SlipwayError } from '@slipway/contract';
import {
  onTestEnd,
  openRaw,
  TEST_CERTIFICATES,
  type TestCertificate,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';
import { readCertificate } from './certificate.ts';
import { createListener, type Listener } from './listener.ts';

const { first, second } = TEST_CERTIFICATES;

async function writePair(folder: string, pair: TestCertificate): Promise<void> {
  await writeFile(join(folder, 'tls.crt'), pair.cert);
  await writeFile(join(folder, 'tls.key'), pair.key);
}

async function start(
  t: TestContext,
  folder: string,
): Promise<{ port: number; listener: Listener; errors: SlipwayError[] }> {
  const errors: SlipwayError[] = [];
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
    handler: (_request, response) => void response.end(),
    onError: (error) => errors.push(error),
  });
  onTestEnd(t, listener.close);
  return { port: listener.port, listener, errors };
}

/** The common name of the certificate that the port shows now. */
function nameShown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

async function untilShown(port: number, pair: TestCertificate): Promise<void> {
  await waitFor(async () => (await nameShown(port)) === pair.name, { what: `the certificate ${pair.name}` });
}

test('uses a certificate that was written over', async (t) => {
  const folder = await temporaryFolder(t);
  await writePair(folder, first);
  const { port } = await start(t, folder);
  assert.equal(await nameShown(port), first.name);
  await writePair(folder, second);
  await untilShown(port, second);
});

test('uses a certificate that a symbolic link was turned to, as in a Kubernetes secret', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [name, pair] of [
    ['v1', first],
    ['v2', second],
  ] as const) {
    await mkdir(join(folder, name));
    await writePair(join(folder, name), pair);
  }
  await symlink('v1', join(folder, '..data'));
  await symlink('..data/tls.crt', join(folder, 'tls.crt'));
  await symlink('..data/tls.key', join(folder, 'tls.key'));
  const { port } = await start(t, folder);
  assert.equal(await nameShown(port), first.name);
  await symlink('v2', join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  await untilShown(port, second);
});

test('keeps the old certificate while the new one cannot be used, and says so', async (t) => {
  const folder = await temporaryFolder(t);
  await writePair(folder, first);
  const { port, errors } = await start(t, folder);
  await writeFile(join(folder, 'tls.crt'), second.cert);
  await waitFor(() => errors.length > 0, { what: 'the error to be reported' });
  assert.match(errors[0]?.message ?? '', /tls\.crt with the key .*tls\.key cannot be used: .*mismatch/);
  assert.equal(await nameShown(port), first.name);
  await writeFile(join(folder, 'tls.key'), second.key);
  await untilShown(port, second);
});

test('a certificate that is not there is an error naming the files', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(
    readCertificate({ certFile: join(folder, 'a'), keyFile: join(folder, 'b') }),
    (error: SlipwayError) => error.code === 'invalid_argument' && error.message.includes(join(folder, 'a')),
  );
});

test('a caller that never ends its handshake does not keep the port from closing', async (t) => {
  const folder = await temporaryFolder(t);
  await writePair(folder, first);
  const { port, listener } = await start(t, folder);
  const silent = await openRaw(t, port, '\x16\x03\x01');
  assert.equal(await listener.drain(10_000), true);
  assert.equal(await silent.closed, '');
});
