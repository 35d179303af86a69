import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel, normalFloats, seededRandom, tensorSpec, waitFor } from '@slipway/testkit';
import { ALL_PROTOCOLS } from '../conformance/protocols/all-protocols.ts';
import { closeChannels } from '../conformance/protocols/grpc-channel.ts';
import type { Call, Door, Protocol } from '../conformance/protocols/protocol.ts';
import { bitsOf } from '../conformance/suite/compare.ts';
import { doorsOf } from '../conformance/suite/doors.ts';
import type { WireTensor } from '../conformance/suite/elements.ts';
import { type ServedModels, serveModels } from '../harness/served-models.ts';
import { memoryOf, socketsOf } from './process-use.ts';

/** About a minute on two cores; the first half warms up. */
const REQUESTS = 16_000;
const WARM_UP = REQUESTS / 2;

/** Megabytes: left alone, V8 takes ten times more than it needs before it gives anything back, which hides a leak. */
const SMALL_HEAP = ['--max-semi-space-size=2', '--max-old-space-size=48'];

const CLIENTS = 8;

/** One request in so many is a mistake, because errors may hold on to things too. */
const MISTAKE_EVERY = 20;

/** Bytes that the memory of a process may differ by; a leak of a kilobyte a request would be above it. */
const GROWTH = 8_000_000;

/** Idle connections of HTTP clients end after a few seconds. */
const CLOSE_TIMEOUT_MS = 30_000;

const SIGNATURE = {
  inputs: [tensorSpec('input', 'FP32', ['batch', null])],
  outputs: [tensorSpec('output', 'FP32', ['batch', null])],
};

const TENSOR: WireTensor = {
  name: 'input',
  datatype: 'FP32',
  shape: [1, 96],
  elements: Array.from(normalFloats(96, 1, seededRandom(1)), (value) =>
    Buffer.from(Float32Array.of(value).buffer),
  ),
};

/** A tensor with an axis that no protocol may accept. */
const MISTAKE: WireTensor = { ...TENSOR, shape: [1, 12, 8] };

const EXPECTED = bitsOf({ protocol: '', door: '', answer: { outputs: [{ ...TENSOR, name: 'output' }] } });

test('requests of all protocols leave nothing behind in the replica and the gateway', async (t) => {
  if (process.platform !== 'linux') return t.skip('what a process holds is read from /proc');
  const models = [{ name: 'echo', version: 1, onnx: identityModel('FP32', ['batch', null]) }];
  const served = await serveModels(t, { service: 'soak', models, nodeOptions: SMALL_HEAP });
  t.after(closeChannels);
  const door = doorsOf(served).find(({ name }) => name === 'gateway') as Door;

  const warm = await ask(served, door, WARM_UP);
  const before = await socketsWhenIdle(served);
  const least = await ask(served, door, REQUESTS - WARM_UP);
  const after = await socketsWhenIdle(served);

  for (const name of ['replica', 'gateway'] as const) {
    const grown = least[name] - warm[name];
    t.diagnostic(`${name}: ${megabytes(warm[name])} MB warm, ${megabytes(least[name])} MB at the end`);
    assert.ok(grown <= GROWTH, `the ${name} has grown by ${megabytes(grown)} MB`);
    const more = after[name] - before[name];
    assert.ok(more <= CLIENTS, `the ${name} holds ${more} sockets more than after the warm-up`);
  }
});

/** Sockets of the processes when no client is connected. */
async function socketsWhenIdle({ replica, gateway }: ServedModels) {
  closeChannels();
  const count = ({ process: { pid } }: typeof replica) => socketsOf(pid);
  return await waitFor(
    () => {
      const found = { replica: count(replica), gateway: count(gateway) };
      // The listeners, and what the gateway keeps open to the replica.
      return found.gateway <= 2 * CLIENTS + 4 && found;
    },
    { what: 'the connections of the clients to end', timeoutMs: CLOSE_TIMEOUT_MS },
  );
}

/** Sends so many requests in turn of all protocols; the least memory that was seen in their last quarter. */
async function ask(served: ServedModels, door: Door, count: number) {
  const least = { replica: Number.POSITIVE_INFINITY, gateway: Number.POSITIVE_INFINITY };
  let sent = 0;
  const client = async () => {
    while (sent < count) {
      const number = sent++;
      await askOnce(served, door, number);
      if (number < count * 0.75 || number % 50 > 0) continue;
      for (const name of ['replica', 'gateway'] as const) {
        least[name] = Math.min(least[name], memoryOf(served[name].process.pid));
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return least;
}

async function askOnce({ key }: ServedModels, door: Door, number: number): Promise<void> {
  const protocol = ALL_PROTOCOLS[number % ALL_PROTOCOLS.length] as Protocol;
  const isMistake = number % MISTAKE_EVERY === 0;
  const request = { inputs: [isMistake ? MISTAKE : TENSOR] };
  const call: Call = { door, request, model: 'echo', signature: SIGNATURE, key };
  const answer = await protocol.call(call);
  if (isMistake) assert.ok('text' in answer, `request ${number} of ${protocol.name} was answered`);
  else if ('text' in answer)
    assert.fail(`request ${number} of ${protocol.name}: ${answer.status} ${answer.text}`);
  else assert.equal(bitsOf({ protocol: '', door: '', answer }), EXPECTED);
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
