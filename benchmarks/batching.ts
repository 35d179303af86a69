// Measures what sharing runs does for the convolutional network: npm run bench:batching [-- --rounds 15] [--check]
import { parseArgs } from 'node:util';
import type { BatchingMode } from '@slipway/contract';
import { median, type TestScope, temporaryFolder, withScope } from '@slipway/testkit';
import { cpuMicroseconds } from './cpu-time.ts';
import { httpCaller } from './load/http-caller.ts';
import { type Load, type LoadResult, runLoad } from './load/load.ts';
import { postBytes } from './load/request-bytes.ts';
import { startReplica } from './targets/replica.ts';
import { convNetWorker } from './workloads/conv-net.ts';
import type { Workload } from './workloads/workload.ts';

/** Many short rounds in turn: what else the machine does lasts longer than one, and so falls on both. */
const ALONE = { callers: 1, requests: 30 };
const TOGETHER = { callers: 16, requests: 96 };

/** What sharing runs must bring at 16 clients, and what it may cost the median at one, where nothing is shared. */
const LEAST_GAIN = 1;
const MOST_COST = 1.1;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    check: { type: 'boolean', default: false },
  },
});

interface Measured extends LoadResult {
  /** Microseconds of the replica's CPU time for each request. */
  readonly cpu: number;
}

interface Served {
  readonly mode: BatchingMode;
  measure(load: Load): Promise<Measured>;
}

await withScope(async (scope) => {
  const workload = convNetWorker();
  const on = await serve(scope, workload, 'greedy');
  const off = await serve(scope, workload, 'off');
  const p50s: Pair[] = [];
  const rates: Pair[] = [];
  const cpu: Pair[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    // Who goes first changes from round to round, so that a drift of the machine falls on both alike.
    const [one, other] = round % 2 === 0 ? [on, off] : [off, on];
    p50s.push(pairOf(one, await one.measure(ALONE), await other.measure(ALONE), ({ p50 }) => p50));
    const together = [await one.measure(TOGETHER), await other.measure(TOGETHER)] as const;
    rates.push(pairOf(one, ...together, ({ requestsPerSecond }) => requestsPerSecond));
    cpu.push(pairOf(one, ...together, (result) => result.cpu));
  }
  const cost = told('1 client, median latency in µs', p50s);
  const gain = told('16 clients, requests per second', rates);
  told('16 clients, CPU time of a request in µs', cpu);
  if (options.check && (gain <= LEAST_GAIN || cost > MOST_COST)) process.exitCode = 1;
});

/** One figure of both in the same round. */
interface Pair {
  readonly on: number;
  readonly off: number;
}

function pairOf(one: Served, first: Measured, second: Measured, figure: (result: Measured) => number): Pair {
  const [on, off] = one.mode === 'off' ? [second, first] : [first, second];
  return { on: figure(on), off: figure(off) };
}

/** Prints the medians and the median of the rounds' ratios, and answers the latter. */
function told(what: string, pairs: readonly Pair[]): number {
  const on = median(pairs.map((pair) => pair.on)).toFixed(0);
  const off = median(pairs.map((pair) => pair.off)).toFixed(0);
  const ratio = median(pairs.map((pair) => pair.on / pair.off));
  console.log(`${what}: ${on} with shared runs, ${off} without, ratio ${ratio.toFixed(2)}`);
  return ratio;
}

async function serve(scope: TestScope, workload: Workload, mode: BatchingMode): Promise<Served> {
  const { address, key, pid } = await startReplica(scope, await temporaryFolder(scope), workload, { mode });
  const requests = workload.samples.map(({ json }) => postBytes(address, { path: '/score', key, json }));
  const measure: Served['measure'] = async (load) => {
    const before = cpuMicroseconds(pid);
    const result = await runLoad(() => httpCaller(address, requests), load);
    const cpu = (cpuMicroseconds(pid) - before) / load.requests;
    if (result.errors > 0) throw new Error(`${result.errors} requests failed: ${result.firstError}`);
    return { ...result, cpu };
  };
  await measure({ callers: TOGETHER.callers, requests: workload.warmUpRequests });
  return { mode, measure };
}
