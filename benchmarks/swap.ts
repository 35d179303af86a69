// Measures what callers notice while a version of a model takes over: npm run bench:swap [-- --rounds 15] [--check]
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ReplicaSpec, ReplicaState } from '@slipway/contract';
import { median, temporaryFolder, waitFor, withScope } from '@slipway/testkit';
import { httpCaller } from './load/http-caller.ts';
import { type LoadResult, runLoad } from './load/load.ts';
import { postBytes } from './load/request-bytes.ts';
import { startReplica } from './targets/replica.ts';
import { ADMIN_TOKEN, writeJson } from './targets/service-files.ts';
import { digitsInline } from './workloads/digits.ts';

/** Callers at once, and requests of a round: somewhat longer than a swap takes. */
const LOAD = { callers: 8, requests: 12_000 };

/** The most that the 99th percentile of a round with a swap may be, as a multiple of one without. */
const MOST_COST = 2;

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, check: { type: 'boolean', default: false } },
});

await withScope(async (scope) => {
  const folder = await temporaryFolder(scope);
  const workload = await digitsInline();
  const { address, key } = await startReplica(scope, folder, workload);
  const requests = workload.samples.map(({ json }) => postBytes(address, { path: '/score', key, json }));
  const load = () => runLoad(() => httpCaller(address, requests), LOAD);
  await runLoad(() => httpCaller(address, requests), { ...LOAD, requests: workload.warmUpRequests });

  const quiet: LoadResult[] = [];
  const swapped: LoadResult[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    quiet.push(await load());
    const [result] = await Promise.all([load(), swap(folder)]);
    swapped.push(result);
  }
  const cost = tell(quiet, swapped);
  const errors = swapped.reduce((sum, result) => sum + result.errors, 0);
  console.log(`${errors} requests failed while ${swapped.length} versions took over`);
  if (options.check && (errors > 0 || cost > MOST_COST)) process.exitCode = 1;
});

/** Gives the replica the next version, and returns when it serves that one alone. */
async function swap(folder: string): Promise<void> {
  const specFile = join(folder, 'spec.json');
  const spec = JSON.parse(await readFile(specFile, 'utf8')) as ReplicaSpec;
  const modelsGeneration = spec.modelsGeneration + 1;
  // Another digest, so that nothing that an earlier version left in the cache helps.
  const digest = `sha256:${String(modelsGeneration).padStart(64, '0')}`;
  const models = spec.models.map((model) => ({ ...model, version: modelsGeneration, digest }));
  await writeJson(specFile, { ...spec, models, modelsGeneration });
  const state = () => readState(spec.stateFile);
  const { adminPort } = await state();
  await fetch(`http://127.0.0.1:${adminPort}/reload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  await waitFor(
    async () => {
      const { versions } = await state();
      return (
        versions.length === 1 &&
        versions[0]?.version === modelsGeneration &&
        versions[0].phase === 'AVAILABLE'
      );
    },
    { what: `version ${modelsGeneration} to serve alone`, timeoutMs: 60_000 },
  );
}

async function readState(file: string): Promise<ReplicaState> {
  return JSON.parse(await readFile(file, 'utf8')) as ReplicaState;
}

/** Prints both and answers how much larger the 99th percentile is with a swap. */
function tell(quiet: readonly LoadResult[], swapped: readonly LoadResult[]): number {
  const middle = (results: readonly LoadResult[], pick: (result: LoadResult) => number) =>
    median(results.map(pick));
  for (const [what, results] of [
    ['without a swap', quiet],
    ['with a swap', swapped],
  ] as const) {
    const p50 = middle(results, (result) => result.p50).toFixed(0);
    const p99 = middle(results, (result) => result.p99).toFixed(0);
    const rate = middle(results, (result) => result.requestsPerSecond).toFixed(0);
    console.log(
      `${what}: median p50 ${p50} µs, p99 ${p99} µs, ${rate} requests/s at ${LOAD.callers} clients`,
    );
  }
  const cost = middle(swapped, ({ p99 }) => p99) / middle(quiet, ({ p99 }) => p99);
  console.log(`p99 with a swap is ${cost.toFixed(2)} times p99 without`);
  return cost;
}
