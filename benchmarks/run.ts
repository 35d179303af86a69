// Measures what Slipway adds to a bare run of the engine: npm run bench [-- --rounds 5] [--only digits] [--check]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withScope } from '@slipway/testkit';
import { measure } from './measure.ts';
import { limits } from './report/limits.ts';
import { machineFacts } from './report/machine.ts';
import { overhead } from './report/overhead.ts';
import { saveResults, type WorkloadResults } from './report/results.ts';
import { table } from './report/table.ts';
import { openTargets } from './targets/open-targets.ts';
import { convNetWorker } from './workloads/conv-net.ts';
import { digitsInline, digitsWorker } from './workloads/digits.ts';
import type { Workload } from './workloads/workload.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
  },
});
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
const rounds = Number(options.rounds);
const startedAt = new Date().toISOString();
const all = [await digitsInline(), await digitsWorker(), convNetWorker()];
const chosen = all.filter(({ name }) => name.includes(options.only));

const workloads: WorkloadResults[] = [];
let allKept = true;
for (const workload of chosen) {
  const results = await runWorkload(workload);
  workloads.push(results);
  const found = limits(workload, results.measurements, results.added);
  console.log(`\n${workload.name}\n\n${table(results.measurements)}\n`);
  for (const { what, kept } of found) console.log(`${kept ? '✔' : '✖'} ${what}`);
  allKept &&= found.every(({ kept }) => kept);
}
const machine = machineFacts();
console.log(
  `\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}`,
);
console.log(`kept in ${await saveResults(RESULTS_FOLDER, { startedAt, rounds, machine, workloads })}`);
if (options.check && !allKept) process.exitCode = 1;

function runWorkload(workload: Workload): Promise<WorkloadResults> {
  return withScope(async (scope) => {
    const targets = await openTargets(scope, workload);
    const report = (round: number) => {
      process.stderr.write(`${workload.name}: round ${round} of ${rounds}\n`);
    };
    const measurements = await measure(targets, workload, { rounds, signal: interrupted.signal, report });
    return { name: workload.name, added: overhead(measurements), measurements };
  });
}
