import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { readForm } from './form.ts';

const TYPE = 'multipart/form-data; boundary=edge';

/** A form with these parts: their headers, then their content. */
function form(...parts: [headers: string, content: Buffer][]): Buffer {
  const pieces = parts.flatMap(([headers, content]) => [
    Buffer.from(`--edge\r\n${headers}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from('--edge--\r\n')]);
}

const file = (name: string) =>
  `Content-Disposition: form-data; name="${name}"; filename="x.png"\r\nContent-Type: image/png`;
const FIELD = 'Content-Disposition: form-data; name="note"';

test('the files of a form come in their order, whatever bytes they hold', async () => {
  const binary = Buffer.from([0, 13, 10, 45, 45, 255, 13, 10, 45, 45, 101, 100]);
  const large = Buffer.alloc(300_000, 7);
  const files = await readForm(form([file('a'), large], [FIELD, binary], [file('a'), binary]), TYPE);
  assert.deepEqual(files, [large, binary]);
});

test('what is no form of files is refused, and nothing waits for the rest of it', async () => {
  const good = form([file('a'), Buffer.from('x')]);
  const rows: [string, Buffer, string, RegExp][] = [
    ['no boundary', good, 'multipart/form-data', /Boundary/i],
    ['other boundary', good, 'multipart/form-data; boundary=other', /cannot be read as images/],
    ['empty', Buffer.alloc(0), TYPE, /cannot be read as images/],
    ['cut', good.subarray(0, good.length - 12), TYPE, /Unexpected end/i],
    ['fields only', form([FIELD, Buffer.from('x')]), TYPE, /holds no file/],
    [
      'files without end',
      form(...Array(1_025).fill([file('a'), Buffer.from('x')])),
      TYPE,
      /more than 1024 files/,
    ],
  ];
  for (const [name, body, type, message] of rows) {
    const read = await readForm(body, type);
    assert.ok(read instanceof SlipwayError, name);
    assert.equal(read.code, 'invalid_argument');
    assert.match(read.message, message, name);
  }
});
