import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { readPicture, writePicture } from './picture-file.ts';

const CANVAS = { width: 2, height: 1, pixels: Uint8Array.of(255, 0, 0, 0, 0, 255) };

const BEGINNINGS: Readonly<Record<string, string>> = {
  'found.png': '89504e47',
  'found.JPG': 'ffd8ff',
  'found.jpeg': 'ffd8ff',
  'found.webp': '52494646',
};

test('a picture is written in the format of its name, over the one that was there', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [name, beginning] of Object.entries(BEGINNINGS)) {
    const path = join(folder, name);
    await writeFile(path, 'old');
    await writePicture(path, CANVAS);
    const encoded = await readFile(path);
    assert.equal(encoded.toString('hex', 0, beginning.length / 2), beginning, name);
    assert.equal((await readPicture(encoded)).width, 2, name);
  }
  const { pixels } = await readPicture(await readFile(join(folder, 'found.png')));
  assert.deepEqual(Uint8Array.from(pixels), CANVAS.pixels);
});

test('pixels are red, green and blue, whatever the file has', async () => {
  const folder = new URL('../../../runtime/fixtures/images/', import.meta.url);
  for (const name of ['grey-alpha.png', 'alpha.webp', 'palette.png', 'grey-16-bit.png']) {
    const { width, height, pixels } = await readPicture(await readFile(new URL(name, folder)));
    assert.equal(pixels.length, width * height * 3, name);
  }
});

test('what cannot be read or written is refused', async (t) => {
  const refused = (message: RegExp) => ({ code: 'invalid_argument', message });
  await assert.rejects(readPicture(Buffer.from('no image')), refused(/--draw: the image cannot be decoded/));
  await assert.rejects(
    writePicture('found.bmp', CANVAS),
    refused(/--draw: "found.bmp" must end with \.jpg, /),
  );
  const folder = join(await temporaryFolder(t), 'folder.png');
  await mkdir(folder);
  await assert.rejects(writePicture(folder, CANVAS), refused(/--draw: the picture cannot be written/));
});
