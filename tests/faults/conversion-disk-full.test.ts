import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Model } from '@slipway/sdk';
import { mountSmallDisk, temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes } from '../harness/models.ts';

/** Room for the database and one copy of the weights, and not for two. */
const DISK_MEGABYTES = 24;
const [ROWS, COLUMNS] = [1_000, 3_500];

test('a conversion that fills the disk says so, and leaves neither a model nor work behind', async (t) => {
  const disk = await mountSmallDisk(t, DISK_MEGABYTES);
  if (disk === undefined) return;
  const installation = await startInstallation(t, disk.folder);
  const workspace = await installation.workspace();
  const modelPath = await writeBytes(await temporaryFolder(t), 'large.pb', frozenProduct());
  const source = await Model.register({ workspace, modelPath, modelName: 'large' });
  const conversion = await source.convert();
  await assert.rejects(conversion.wait(), {
    code: 'storage_full',
    // Of the model and the log of its conversion, either may be the first that finds no room.
    message: /No space is left to write the converted model: free some|is full; the change was not made/,
  });
  assert.deepEqual(
    (await Model.list({ workspace })).map(({ id }) => id),
    ['large:1'],
  );
  assert.deepEqual(await readdir(join(installation.home, 'conversions')), []);
});

/** A graph of TensorFlow: `x` times a constant matrix. Numbers are those of its messages' fields. */
function frozenProduct(): Uint8Array {
  const float = field(6, 1);
  const size = (count: number) => field(2, field(1, count));
  const elements = randomFillSync(new Uint8Array(ROWS * COLUMNS));
  const content = Buffer.alloc(elements.length * 4);
  for (const [index, element] of elements.entries()) content.writeFloatLE(element / 255, index * 4);
  const matrix = Buffer.concat([
    field(1, 1),
    field(2, Buffer.concat([size(ROWS), size(COLUMNS)])),
    field(4, content),
  ]);
  // A size of any number is -1.
  const rows = Buffer.concat([field(2, Buffer.from([0x08, ...Array(9).fill(0xff), 1])), size(ROWS)]);
  return Buffer.concat([
    node('x', 'Placeholder', [], { dtype: float, shape: field(7, rows) }),
    node('w', 'Const', [], { dtype: float, value: field(8, matrix) }),
    node('y', 'MatMul', ['x', 'w'], { T: float }),
  ]);
}

function node(
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: Record<string, Buffer>,
): Buffer {
  const text = (number: number, value: string) => field(number, Buffer.from(value));
  return field(
    1,
    Buffer.concat([
      text(1, name),
      text(2, op),
      ...inputs.map((input) => text(3, input)),
      ...Object.entries(attributes).map(([key, value]) =>
        field(5, Buffer.concat([text(1, key), field(2, value)])),
      ),
    ]),
  );
}

/** https://protobuf.dev/programming-guides/encoding/ */
function field(number: number, value: number | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.from([number << 3, ...varint(value)]);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(value.length)]), value]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}
