// Measures an entry script that returns its input, beside the public server of Azure ML's scripts:
// npm run bench:entry [-- --rounds 5]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withScope } from '@slipway/testkit';
import { openEntryTargets } from './entry/targets.ts';
import { type Measurement, measure } from './measure.ts';
import { machineFacts } from './report/machine.ts';
import { saveResults } from './report/results.ts';
import { table } from './report/table.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));
const WORKERS = 2;
const LOAD = { requests: { 1: 1_000, 16: 2_000, 64: 2_000 }, warmUpRequests: 5_000 } as const;

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
const rounds = Number(options.rounds);
const startedAt = new Date().toISOString();

const measurements = await withScope(async (scope) => {
  const targets = await openEntryTargets(scope, WORKERS);
  const report = (round: number) => process.stderr.write(`round ${round} of ${rounds}\n`);
  return measure(targets, LOAD, { rounds, signal: interrupted.signal, report });
});
console.log(`\n${WORKERS} workers\n\n${table(measurements)}\n`);
const comparisons = ['slipway', 'slipway, a connection each'].map(compare);
for (const { name, quicker, more } of comparisons) {
  const said = `${quicker.toFixed(1)} times as quick at one connection, ${more.toFixed(1)} times the requests at 16`;
  console.log(`${name}: ${said}`);
}
const workloads = [{ name: 'entry', added: null, measurements }];
const results = { startedAt, rounds, machine: machineFacts(), workloads };
console.log(`\nkept in ${await saveResults(RESULTS_FOLDER, results, 'entry-')}`);
const isBetter = comparisons.every(({ quicker, more }) => quicker > 1 && more > 1);
if (!isBetter || measurements.some(({ errors }) => errors > 0)) process.exitCode = 1;

function compare(name: string) {
  const of = (target: string, connections: number) =>
    measurements.find((one) => one.target === target && one.connections === connections) as Measurement;
  const quicker = of('azmlinfsrv', 1).p50 / of(name, 1).p50;
  const more = of(name, 16).requestsPerSecond / of('azmlinfsrv', 16).requestsPerSecond;
  return { name, quicker, more };
}
