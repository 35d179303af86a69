// Runs the script of the guide to batch scoring on handwritten digits, as its reader does from a program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Batch, type BatchEvent } from '@slipway/sdk';
import { temporaryFolder } from '@slipway/testkit';
import {
  DIGIT_PIXELS,
  DIGIT_SIDE,
  type Digits,
  digitPixels,
  loadDigits,
} from '../../examples/mnist/digits.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/batch-scoring.md');
const PICTURES = 200;

const MODEL = join(import.meta.dirname, '../../examples/mnist/digits.onnx');

test('the guide’s script in Python names the digits of a folder of pictures, a line each', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'digit.py'), fromGuide('python'));
  await writeFile(join(folder, 'centroids.json'), JSON.stringify(averages(await loadDigits('train'))));
  await namesDigits(folder, 'digit.py', join(folder, 'centroids.json'), 0.7);
});

test('the guide’s script in TypeScript does so with a model', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'digit.ts'), fromGuide('ts'));
  await namesDigits(folder, 'digit.ts', MODEL, 0.9);
});

/** The first block of a language. */
function fromGuide(language: string): string {
  const [, code = ''] =
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readFileSync(GUIDE, 'utf8')) ?? [];
  return code;
}

async function namesDigits(
  folder: string,
  entryScript: string,
  model: string,
  atLeast: number,
): Promise<void> {
  const names = await writePictures(join(folder, 'images'), await loadDigits('test'));
  const events: BatchEvent[] = [];
  const summary = await Batch.run({
    input: join(folder, 'images'),
    output: join(folder, 'out'),
    entryScript: join(folder, entryScript),
    models: [model],
    miniBatchSize: 20,
    onEvent: (event) => void events.push(event),
  });
  assert.deepEqual([summary.state, summary.succeeded], ['done', PICTURES]);
  assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['started', 'ended']);
  const lines = (await readFile(summary.resultFile ?? '', 'utf8')).trimEnd().split('\n');
  const found = lines.map((line) => /^(([0-9])-[0-9]{5}\.pgm): ([0-9])$/.exec(line) ?? assert.fail(line));
  assert.deepEqual(found.map(([, name]) => name).toSorted(), names.toSorted());
  const right = found.filter(([, , truth, digit]) => truth === digit).length;
  assert.ok(right > atLeast * PICTURES, `${right} of ${PICTURES} are right`);
}

test('what is wrong with a job is thrown with the summary', async (t) => {
  const folder = await temporaryFolder(t);
  const options = { input: join(folder, 'none'), output: join(folder, 'out') };
  await assert.rejects(Batch.run({ ...options, models: [] }), {
    code: 'invalid_argument',
    message: /Name an entry script, or exactly one model[\s\S]*none does not exist/,
  });
  await assert.rejects(Batch.run({ ...options, interpreter: 'python3' }), /interpreter is that of a script/);
});

function averages(digits: Digits): readonly (readonly number[])[] {
  return Array.from({ length: 10 }, (_, digit) => {
    const sum = new Float64Array(DIGIT_PIXELS);
    let count = 0;
    for (let index = 0; index < digits.count; index += 1) {
      if (digits.labels[index] !== digit) continue;
      count += 1;
      for (const [at, level] of digitPixels(digits, index).entries()) sum[at] = (sum[at] ?? 0) + level;
    }
    return Array.from(sum, (total) => total / count);
  });
}

/** Files such as `7-00012.pgm`: the digit, and its number. */
async function writePictures(folder: string, digits: Digits): Promise<readonly string[]> {
  await mkdir(folder);
  const names = Array.from(
    { length: PICTURES },
    (_, index) => `${digits.labels[index]}-${String(index).padStart(5, '0')}.pgm`,
  );
  const head = Buffer.from(`P5\n${DIGIT_SIDE} ${DIGIT_SIDE}\n255\n`);
  for (const [index, name] of names.entries()) {
    const levels = Buffer.from(digitPixels(digits, index).map((level) => level * 255));
    await writeFile(join(folder, name), Buffer.concat([head, levels]));
  }
  return names;
}
