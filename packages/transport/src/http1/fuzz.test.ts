import assert from 'node:assert/strict';
import { METHODS } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { seededRandom } from '@slipway/testkit';
import { fuzzedBytes, split } from './fuzz-messages.test.helper.ts';
import { nodeReader, type ReadRequest, readOurs, requestsIn } from './readers.test.helper.ts';

/** Connections; `FUZZ_INPUTS` asks for more (`npm run fuzz -- http1`), `FUZZ_SEED` for others. */
const CONNECTIONS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 9_112);

/** Connections under way at once. */
const AT_ONCE = 100;

const KNOWN: ReadonlySet<string> = new Set(METHODS);

const readNode = nodeReader();

test(`whatever is taken of ${CONNECTIONS} connections, node:http reads alike`, async () => {
  const counts = { read: 0 };
  for (let done = 0; done < CONNECTIONS; done += AT_ONCE) {
    const seeds = Array.from(
      { length: Math.min(AT_ONCE, CONNECTIONS - done) },
      (_, index) => SEED + done + index,
    );
    await Promise.all(seeds.map((seed) => compare(seed, counts)));
  }
  // Otherwise this would compare nothing with nothing.
  assert.ok(counts.read > CONNECTIONS / 2, `${counts.read} requests were read`);
});

async function compare(seed: number, counts: { read: number }): Promise<void> {
  const random = seededRandom(seed);
  const bytes = fuzzedBytes(random);
  const [ours, again, node] = await Promise.all([
    requestsIn(split(bytes, random), readOurs),
    requestsIn([bytes], readOurs),
    requestsIn([bytes], readNode),
  ]);
  const what = () => `seed ${seed}: ${inspect(bytes.toString('latin1'))}`;
  assert.deepEqual(ours, again, `${what()} is read differently in pieces`);
  for (const [index, request] of ours.entries()) {
    const other = node[index];
    if (other === undefined) {
      assert.ok(
        isOnlyOurs(bytes, ours, index),
        `${what()}: request ${index} is taken here and not by node:http`,
      );
      return;
    }
    assert.deepEqual(plain(request), plain(other), what());
    counts.read += 1;
  }
}

/**
 * What is taken here and not by `node:http`: a method that it does not know, which the handler refuses by 405; and what
 * follows a request for an upgrade that nobody offers, which RFC 9110, 7.8 lets be ignored and where `node:http` reads
 * nothing more; and a tab behind `chunked`, which RFC 9110, 5.5 has passed over.
 */
function isOnlyOurs(bytes: Buffer, requests: readonly ReadRequest[], index: number): boolean {
  const isUnknown = !KNOWN.has(requests[index]?.method ?? '');
  const isUpgraded = requests.slice(0, index).some(({ headers }) => headers.upgrade !== undefined);
  return isUnknown || isUpgraded || /chunked *\t/i.test(bytes.toString('latin1'));
}

/** As plain objects, without the one name that `node:http` loses. */
function plain({ headers, ...rest }: ReadRequest): unknown {
  const { ['__proto__']: _lost, ...others } = headers;
  return { ...rest, headers: others };
}
