// Measures ResNet-50 at batch 1 on an NVIDIA GPU, from a JPEG to its classes and the run alone: npm run bench:gpu [-- --calls 200] [--on-cpu]
// Ends with code 77, and the reason, where there is no GPU or no engine for it; --on-cpu tries the benchmark itself without.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, percentile, withScope } from '@slipway/testkit';
import { resnet50 } from './accel/network.ts';
import { type ScoredOnce, scoredOnce } from './accel/scored-once.ts';
import { toHalfPrecision } from './gpu/half-precision.ts';
import { type OpenNetwork, openOnDevice } from './gpu/open-on-device.ts';
import { findEngine } from './gpu/why-not.ts';
import { machineFacts } from './report/machine.ts';
import { saveResults } from './report/results.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

/** What scripts take for "skipped", as automake has it. */
const SKIPPED = 77;

/** The device's own time for one image, ResNet-50's featurizer on an Arria 10. */
const PUBLISHED_MS = 1.8;
const PUBLISHED =
  'Fowers et al., "A Configurable Cloud-Scale DNN Processor for Real-Time AI" (Project Brainwave), ISCA 2018';

const WARM_UP_CALLS = 50;

const { values: options } = parseArgs({
  options: { calls: { type: 'string', default: '200' }, 'on-cpu': { type: 'boolean', default: false } },
});
const calls = Number(options.calls);
const engine = options['on-cpu'] ? { executionProviders: ['cpu'], engineDir: null } : findEngine(process.env);

if ('missing' in engine) {
  console.error(`SKIPPED: nothing was measured on a GPU, because ${engine.missing}.`);
  process.exitCode = SKIPPED;
} else {
  const startedAt = new Date().toISOString();
  const device = options['on-cpu'] ? 'the CPU, only to try this benchmark' : gpuName();
  const forms = await withScope(async (scope) => {
    const model = resnet50();
    const open = {
      fp32: await openOnDevice(scope, model, engine, 'fp32'),
      fp16: await openOnDevice(scope, toHalfPrecision(model), engine, 'fp16'),
    };
    const taken = await measureInTurns(open);
    return Object.fromEntries(Object.entries(taken).map(([form, scored]) => [form, summary(scored)]));
  });
  console.log(`ResNet-50, batch 1, a JPEG of 500 x 375 over gRPC, on ${device}; medians of ${calls} calls\n`);
  for (const [form, { endToEnd, p99, run }] of Object.entries(forms)) {
    const figures = `${endToEnd.toFixed(2)} ms (p99 ${p99.toFixed(2)}); the run ${run.toFixed(2)} ms`;
    console.log(`  ${form}: from the JPEG to its classes ${figures}`);
  }
  console.log(`\n  the FPGA original: ${PUBLISHED_MS} ms on the device, the featurizer alone; ${PUBLISHED}`);
  console.log(
    "  A run here is ONNX Runtime's, by the clock of the replica: pixels go to the device and classes come back.",
  );
  if (!options['on-cpu']) {
    const results = { startedAt, calls, device, machine: machineFacts(), forms };
    console.log(`kept in ${await saveResults(RESULTS_FOLDER, results, 'gpu-')}`);
  }
}

/** One call of each in turn, so that what the machine does besides falls on both alike. */
async function measureInTurns<Form extends string>(
  open: Readonly<Record<Form, OpenNetwork>>,
): Promise<Readonly<Record<string, readonly ScoredOnce[]>>> {
  const taken = await Promise.all(
    Object.entries<OpenNetwork>(open).map(async ([form, { door, connect }]) => {
      return { form, door, caller: await connect(), scored: [] as ScoredOnce[] };
    }),
  );
  for (let call = 0; call < WARM_UP_CALLS + calls; call += 1) {
    for (const { caller, door, scored } of taken) {
      const one = await scoredOnce(caller, door);
      if (call >= WARM_UP_CALLS) scored.push(one);
    }
  }
  return Object.fromEntries(taken.map(({ form, scored }) => [form, scored]));
}

function summary(scored: readonly ScoredOnce[]) {
  const sorted = Float64Array.from(scored, ({ ms }) => ms).sort();
  return {
    endToEnd: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    run: median(scored.map(({ own }) => own.run)),
  };
}

function gpuName(): string {
  const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
  return execFileSync('nvidia-smi', query, { encoding: 'utf8', timeout: 30_000 }).trim().split('\n')[0] ?? '';
}
