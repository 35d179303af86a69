// Measures ResNet-50 in eight bits beside FP32, at one thread:
// npm run bench:int8 [-- --formats] [--rounds 9] [--check]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, temporaryFolder, withScope } from '@slipway/testkit';
import { compareSpeeds, type SpeedRound } from './conversion/inference.ts';
import { type FormatFile, INT8, writeFormats } from './quantization/formats.ts';
import { machineFacts } from './report/machine.ts';
import { saveResults } from './report/results.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

/** What is promised of eight bits beside FP32. */
const LEAST_FASTER = 1.6;

/** All of one format, with medians. */
interface Result extends Omit<FormatFile, 'file'> {
  /** The processor's time of a run. */
  readonly cpuMilliseconds: number;
  /** The median over rounds of how many times as fast it was as FP32 in the same seconds. */
  readonly faster: number;
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    formats: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
await main(Number(options.rounds));

async function main(rounds: number): Promise<void> {
  const startedAt = new Date().toISOString();
  const { results, speeds } = await withScope(async (scope) => {
    const files = await writeFormats(await temporaryFolder(scope), options.formats);
    const measured = await compareSpeeds(
      files.map(({ file }) => file),
      rounds,
    );
    return { results: resultsOf(files, measured.rounds), speeds: measured.rounds };
  });
  console.log(results.map(lineOf).join('\n'));
  const most = Math.max(...speeds.map(({ disturbed }) => disturbed));
  console.log(`Batch 1, one thread, medians of ${rounds} rounds; disturbed at most ${most.toFixed(0)} %.`);
  console.log('Top-1 agreement: not measured, because the weights are random and the classes mean nothing.');
  const faster = results.find(({ name }) => name === INT8)?.faster ?? 0;
  const isKept = faster >= LEAST_FASTER;
  console.log(
    `${isKept ? '✔' : '✖'} ${INT8}: ${faster.toFixed(2)} times as fast as FP32, of ${LEAST_FASTER}`,
  );
  const kept = { startedAt, rounds, machine: machineFacts(), results, speeds };
  console.log(`kept in ${await saveResults(RESULTS_FOLDER, kept, 'int8-')}`);
  if (options.check && !isKept) process.exitCode = 1;
}

function resultsOf(files: readonly FormatFile[], rounds: readonly SpeedRound[]): readonly Result[] {
  return files.map(({ name, bytes, operators }, index) => {
    const times = rounds.map(({ cpuMilliseconds }) => cpuMilliseconds);
    return {
      name,
      bytes,
      operators,
      cpuMilliseconds: median(times.map((each) => each[index] as number)),
      faster: median(times.map((each) => (each[0] as number) / (each[index] as number))),
    };
  });
}

function lineOf({ name, cpuMilliseconds, faster, bytes, operators }: Result): string {
  const kernels = Object.entries(operators).map(([op, count]) => `${count} ${op}`);
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  return `${name}: ${cpuMilliseconds.toFixed(1)} ms, ${faster.toFixed(2)} ×, ${size}\n  ${kernels.join(', ')}`;
}
