import assert from 'node:assert/strict';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { SlipwayError } from '@slipway/contract';
import { CATALOGUE } from '@slipway/graph/catalogue';
import { temporaryFolder } from '@slipway/testkit';
import { findFolders, findImages } from './find-images.ts';
import { mapInOrder } from './map-in-order.ts';
import { prepareImages } from './prepare-images.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);

const IMAGE = {
  ...CATALOGUE.resnet50.preprocessing,
  width: 8,
  height: 8,
  shorterSide: 8,
  sides: 'float32',
  padLevels: [0, 0, 0],
} as const;

describe('finding images', () => {
  test('finds them by their names, sorted, below folders and behind links, and tells what is no image', async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'b'));
    for (const name of ['b/2.JPEG', 'b/1.png', 'a.webp', 'Z.gif', 'notes.txt', '.hidden.png'])
      await writeFile(join(folder, name), PNG);
    await link(join(folder, 'a.webp'), join(folder, 'ä.jpg'));
    await symlink(join(folder, 'b'), join(folder, 'c'));
    const { images, others } = await findImages(folder);
    assert.deepEqual(
      images.map(({ name }) => name),
      ['Z.gif', 'a.webp', 'b/1.png', 'b/2.JPEG', 'c/1.png', 'c/2.JPEG', 'ä.jpg'],
    );
    assert.deepEqual(others, ['notes.txt']);
    assert.deepEqual(await findFolders(folder), ['b', 'c']);
  });

  test('refuses what is no folder, leads nowhere, has no end or holds too much', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'a.png'), PNG);
    await writeFile(join(folder, 'b.png'), PNG);
    await assert.rejects(findImages(join(folder, 'none')), {
      code: 'not_found',
      message: /no folder .*none/,
    });
    await assert.rejects(findImages(join(folder, 'a.png')), {
      code: 'invalid_argument',
      message: /is a file/,
    });
    await assert.rejects(findImages(folder, { maxFiles: 1 }), /more than the 1 files/);
    await symlink('.', join(folder, 'loop'));
    await assert.rejects(findImages(folder), /a link in it to a folder above/);
    const dangling = await temporaryFolder(t);
    await symlink('nowhere', join(dangling, 'x.jpg'));
    await assert.rejects(findImages(dangling), /x\.jpg: it is a link that leads nowhere/);
  });
});

describe('preparing images', () => {
  test('gives tensors in the order of the files, and names the file that is no image', async (t) => {
    const folder = await temporaryFolder(t);
    for (const name of ['1.png', '3.png']) await writeFile(join(folder, name), PNG);
    await writeFile(join(folder, '2.png'), PNG.subarray(0, 50));
    await writeFile(join(folder, '4.jpg'), 'no image');
    await writeFile(join(folder, '5.gif'), '');
    const { images } = await findImages(folder);
    await assert.rejects(Array.fromAsync(prepareImages(images, IMAGE)), {
      code: 'invalid_argument',
      message: new RegExp(`^${join(folder, '2.png')}: the image is a PNG image that is damaged`),
    });
    const told: string[] = [];
    const onUnreadable = ({ name }: { name: string }, error: SlipwayError) =>
      told.push(`${name} ${/it begins with the text|damaged|it is empty/.exec(error.message)?.[0]}`);
    const prepared = await Array.fromAsync(prepareImages(images, IMAGE, { onUnreadable }));
    assert.deepEqual(
      prepared.map(({ file, tensor }) => [file.name, tensor.shape]),
      [
        ['1.png', [1, 8, 8, 3]],
        ['3.png', [1, 8, 8, 3]],
      ],
    );
    assert.deepEqual(told, ['2.png damaged', '4.jpg it begins with the text', '5.gif it is empty']);
  });

  test('takes an image of one pixel, and refuses one of none', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, '1.png'), PNG);
    const none = Buffer.from(PNG);
    none.writeUInt32BE(0, 16);
    none.writeUInt32BE(crc32(none.subarray(12, 29)), 29);
    await writeFile(join(folder, '2.png'), none);
    const { images } = await findImages(folder);
    const prepared = prepareImages(images, IMAGE);
    assert.deepEqual((await prepared.next()).value?.tensor.shape, [1, 8, 8, 3]);
    await assert.rejects(prepared.next(), {
      code: 'invalid_argument',
      message: /2\.png: the image is a PNG/,
    });
  });

  test('ends with the reason of its signal', async (t) => {
    const folder = await temporaryFolder(t);
    for (let index = 0; index < 20; index += 1) await writeFile(join(folder, `${index}.png`), PNG);
    const { images } = await findImages(folder);
    const giveUp = new AbortController();
    const reason = new SlipwayError('cancelled', 'Given up.');
    let taken = 0;
    await assert.rejects(
      async () => {
        for await (const _ of prepareImages(images, IMAGE, { signal: giveUp.signal })) {
          taken += 1;
          if (taken === 3) giveUp.abort(reason);
        }
      },
      (thrown) => thrown === reason,
    );
    assert.equal(taken, 3);
  });
});

describe('work in order', () => {
  test('works ahead as far as allowed, and waits for what was begun when one fails', async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 5 - (item % 3); turn += 1) await null;
      running -= 1;
      if (item === 7) throw new Error('seven');
      return item;
    };
    const made: number[] = [];
    await assert.rejects(async () => {
      for await (const item of mapInOrder(Array(20).keys(), work, { concurrency: 3 })) made.push(item);
    }, /seven/);
    assert.deepEqual(made, [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(most, 3);
    assert.equal(running, 0);
  });
});
