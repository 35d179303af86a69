// Measures what it takes from a JPEG to the classes of ResNet-50, beside a bare run of the same model: npm run bench:accel [-- --rounds 5] [--threads 1] [--check]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withScope } from '@slipway/testkit';
import { type OpenPhoto, openPhotos } from './accel/open-photos.ts';
import { describeParts, MOST_SHARE, type PhotoParts, percent, photoParts } from './accel/parts.ts';
import { type PhotoTargets, type PhotoTurn, photoTurn } from './accel/photo-turn.ts';
import { disturbedPercent, processorTime } from './disturbance.ts';
import { machineFacts } from './report/machine.ts';
import { saveResults } from './report/results.ts';
import { type Disturbed, leastDisturbed, untilQuiet } from './until-quiet.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

const WARM_UP_TURNS = 15;
const TURNS = 15;

/** A round takes two seconds: on a machine that others use all the time, waiting for a quiet one has to end. */
const ATTEMPTS = 2;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    check: { type: 'boolean', default: false },
  },
});
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
const rounds = Number(options.rounds);
const threads = Number(options.threads);
const startedAt = new Date().toISOString();

interface Round extends Disturbed, PhotoParts {}

interface PhotoResult {
  readonly photo: string;
  readonly bytes: number;
  readonly limited: boolean;
  readonly parts: PhotoParts;
  readonly rounds: readonly Round[];
}

const photos = await withScope(async (scope) => {
  const results: PhotoResult[] = [];
  for (const photo of await openPhotos(scope, threads)) results.push(await measurePhoto(photo));
  return results;
});
const machine = machineFacts();
console.log(
  `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}`,
);
console.log(
  `kept in ${await saveResults(RESULTS_FOLDER, { startedAt, threads, machine, photos }, 'accel-')}`,
);
const broken = photos.filter(({ limited, parts }) => limited && parts.share > MOST_SHARE);
if (options.check && broken.length > 0) process.exitCode = 1;

async function measurePhoto({ name, bytes, limited, open }: OpenPhoto): Promise<PhotoResult> {
  const targets = await open();
  const all: PhotoTurn[] = [];
  for (let turn = 0; turn < WARM_UP_TURNS; turn += 1) await photoTurn(targets);
  const found: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`${name}: round ${round} of ${rounds}\n`);
    const attempts = await untilQuiet(() => measureRound(targets), {
      signal: interrupted.signal,
      attempts: ATTEMPTS,
    });
    const { turns, disturbed } = leastDisturbed(attempts);
    all.push(...turns);
    found.push({ ...photoParts(turns), disturbed });
  }
  const parts = photoParts(all);
  const most = Math.max(...found.map(({ disturbed }) => disturbed));
  console.log(`\n${name} (${Math.round(bytes / 1000)} KB), ResNet-50, batch 1, threads: ${threads}`);
  console.log(
    `${describeParts(parts)}\n  medians of ${all.length} turns, disturbed by ${most.toFixed(0)} % at most`,
  );
  if (limited) {
    const mark = parts.share <= MOST_SHARE ? '✔' : '✖';
    console.log(`${mark} ${percent(parts.share)} of the time is not the run (limit ${percent(MOST_SHARE)})`);
  }
  return { photo: name, bytes, limited, parts, rounds: found };
}

async function measureRound(targets: PhotoTargets) {
  const before = processorTime();
  const turns: PhotoTurn[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    interrupted.signal.throwIfAborted();
    turns.push(await photoTurn(targets));
  }
  return { turns, disturbed: disturbedPercent(before, processorTime()) };
}
