import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inMemory } from '../byte-source.ts';
import { openEntry, readDirectory } from './archive.ts';
import { type Packed, writeArchive } from './write-archive.test.helper.ts';

const LIMIT = 1_000_000;
const BYTES = Buffer.from('what stands in it, what stands in it, what stands in it');

for (const deflated of [false, true])
  test(`a file that is ${deflated ? 'compressed' : 'stored'} is read`, async () => {
    assert.deepEqual(
      await read([
        { name: 'b', bytes: Buffer.alloc(0) },
        { name: 'a', bytes: BYTES, deflated },
      ]),
      BYTES,
    );
  });

const BOMB = Buffer.alloc(2 * LIMIT);

const HOSTILE: readonly (readonly [what: string, files: readonly Packed[], message: RegExp])[] = [
  [
    'a bomb that says what it becomes',
    [{ name: 'a', bytes: BOMB, deflated: true }],
    /becomes 2000000 bytes of the 1000000/,
  ],
  ['a bomb that says less', [{ name: 'a', bytes: BOMB, deflated: true, said: 10 }], /cannot be unpacked/],
  ['a file that says less than it is', [{ name: 'a', bytes: BYTES, said: 3 }], /checksum of "a" is wrong/],
  ['another checksum', [{ name: 'a', bytes: BYTES, crc: 1 }], /checksum of "a" is wrong/],
  [
    'two files of a name',
    [
      { name: 'a', bytes: BYTES },
      { name: 'a', bytes: BYTES },
    ],
    /two files "a"/,
  ],
];

for (const [what, files, message] of HOSTILE)
  test(`${what} is refused`, async () => {
    await assert.rejects(read(files), { name: 'GraphError', message });
  });

test('an archive that is cut anywhere is refused', async () => {
  const whole = writeArchive([{ name: 'a', bytes: BYTES }]);
  for (let length = 0; length < whole.length; length += 1)
    await assert.rejects(readDirectory(inMemory('x', whole.subarray(0, length))), { name: 'GraphError' });
});

test('only the name that is asked for is read, and nothing is written', async () => {
  const source = inMemory('x', writeArchive([{ name: '../../a', bytes: BYTES }]));
  assert.deepEqual([...(await readDirectory(source)).keys()], ['../../a']);
});

async function read(files: readonly Packed[]): Promise<Buffer> {
  const source = inMemory('x', writeArchive(files));
  const entry = (await readDirectory(source)).get('a') ?? assert.fail();
  const opened = await openEntry(source, entry, LIMIT);
  return Buffer.from(await opened.read(0, opened.size));
}
