import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SIGNATURE_FILE } from '@slipway/contract';
import { temporaryFolder } from '@slipway/testkit';
import { readModelSignature } from './read-model-signature.ts';

const DECLARED = {
  kind: 'ModelSignature',
  inputs: {
    pixels: { image: { width: 8, height: 8, resize: 'bilinear', fit: 'stretch', layout: 'NHWC' } },
  },
};

test('a folder without the file has no signature', async (t) => {
  assert.equal(await readModelSignature(await temporaryFolder(t)), undefined);
});

test('reads what is declared', async (t) => {
  const folder = await temporaryFolder(t);
  writeFileSync(join(folder, SIGNATURE_FILE), JSON.stringify(DECLARED));
  const signature = await readModelSignature(folder);
  assert.deepEqual(
    signature?.images.map(({ input, name, resize }) => ({ input, name, resize })),
    [{ input: 'pixels', name: 'pixels', resize: 'bilinear' }],
  );
});

const LABELLED = (outputs: object) => JSON.stringify({ kind: 'ModelSignature', outputs });

test('reads labels, also those of a file beside it', async (t) => {
  const folder = await temporaryFolder(t);
  const outputs = { scores: { labels: ['yes', 'no'] }, classes: { labelsFile: 'classes.txt' } };
  writeFileSync(join(folder, SIGNATURE_FILE), LABELLED(outputs));
  writeFileSync(join(folder, 'classes.txt'), '\ufeffcat\r\n\r\nchien à l’eau\r\n');
  const signature = await readModelSignature(folder);
  assert.deepEqual(
    [...(signature?.labels ?? [])],
    [
      ['scores', ['yes', 'no']],
      ['classes', ['cat', '', 'chien à l’eau']],
    ],
  );
  assert.deepEqual([...(signature?.labelFiles ?? [])], [['classes', 'classes.txt']]);
});

const WRONG_LABELS: readonly [string, Uint8Array | undefined, RegExp][] = [
  [
    'missing',
    undefined,
    /^l\.txt cannot be read: it is not there, but outputs\.y\.labelsFile of signature\.json names/,
  ],
  ['empty', Buffer.of(), /^The labels in l\.txt cannot be used: it is empty/],
  ['no text', Buffer.of(0x61, 0xff), /^The labels in l\.txt cannot be used: it is no text in UTF-8/],
  ['huge', Buffer.alloc(1_000_001, 'a\n'), /^l\.txt cannot be read: it has 1000001 bytes, more than 1000000/],
];
for (const [what, bytes, message] of WRONG_LABELS) {
  test(`refuses a file of labels that is ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    writeFileSync(join(folder, SIGNATURE_FILE), LABELLED({ y: { labelsFile: 'l.txt' } }));
    if (bytes !== undefined) writeFileSync(join(folder, 'l.txt'), bytes);
    await assert.rejects(readModelSignature(folder), { code: 'invalid_model', message });
  });
}

const REFUSED: readonly [string, string, RegExp][] = [
  ['no JSON', '{"kind": ', /^signature\.json cannot be read as JSON: /],
  ['too much', ' '.repeat(1_000_001), /it has 1000001 bytes, more than 1000000/],
  ['another tool', '{"inputs": {"Image": {"dtype": "float32"}}}', /cannot be used: .*kind/],
];
for (const [what, text, message] of REFUSED) {
  test(`refuses a file of ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    writeFileSync(join(folder, SIGNATURE_FILE), text);
    await assert.rejects(readModelSignature(folder), { code: 'invalid_model', message });
  });
}

test('refuses a folder of that name', async (t) => {
  const folder = await temporaryFolder(t);
  mkdirSync(join(folder, SIGNATURE_FILE));
  await assert.rejects(readModelSignature(folder), { code: 'invalid_model', message: /it is no file/ });
});
