// Measures what each protocol adds to a bare run: npm run bench:protocols [-- --rounds 5] [--only digits]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withScope } from '@slipway/testkit';
import { measure } from './measure.ts';
import { openProtocols } from './protocols/targets.ts';
import { digits, type ProtocolWorkload, pixels } from './protocols/workloads.ts';
import { machineFacts } from './report/machine.ts';
import { type OverBare, overBare } from './report/over-bare.ts';
import { saveResults, type WorkloadResults } from './report/results.ts';
import { table } from './report/table.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
const rounds = Number(options.rounds);
const startedAt = new Date().toISOString();
const chosen = [await digits(), await pixels()].filter(({ name }) => name.includes(options.only));

const workloads: WorkloadResults<readonly OverBare[]>[] = [];
for (const workload of chosen) workloads.push(await runWorkload(workload));
const results = { startedAt, rounds, machine: machineFacts(), workloads };
console.log(`\nkept in ${await saveResults(RESULTS_FOLDER, results, 'protocols-')}`);

function runWorkload(workload: ProtocolWorkload): Promise<WorkloadResults<readonly OverBare[]>> {
  return withScope(async (scope) => {
    const targets = await openProtocols(scope, workload);
    const report = (round: number) => {
      process.stderr.write(`${workload.name}: round ${round} of ${rounds}\n`);
    };
    const measurements = await measure(targets, workload, { rounds, signal: interrupted.signal, report });
    const [, ...protocols] = targets;
    const sizes = protocols.map(({ name, requestBytes }) => `${name} ${requestBytes}`).join(', ');
    console.log(`\n${workload.name}; bytes of a request: ${sizes}\n\n${table(measurements)}\n`);
    const added = overBare(measurements);
    for (const one of added) console.log(describe(one));
    return { name: workload.name, added, measurements };
  });
}

function describe({ target, connections, added, ratio }: OverBare): string {
  const callers = connections === 1 ? '1 client' : `${connections} clients`;
  return `${target.padEnd(10)} ${callers.padStart(10)}: ${added.toFixed(0).padStart(8)} µs over a bare run, ${ratio.toFixed(1)} times it`;
}
