import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { fixture, imageInput, testLimits } from './image-fixtures.ts';
import { createImagePreprocessor } from './preprocess-images.ts';

const preprocess = createImagePreprocessor(testLimits());
const image = imageInput();

const GOOD = fixture('ramp.png');
const utf8 = new TextEncoder();

function plain(width: number, height: number, red: number): Promise<Buffer> {
  const background = { r: red, g: 0, b: 0 };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A PNG of a few bytes whose header claims a size. */
function pngOfSize(width: number, height: number): Buffer {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write('IHDR', 4, 'latin1');
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.set([8, 2, 0, 0, 0], 16);
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  return Buffer.concat([GOOD.subarray(0, 8), header, GOOD.subarray(33)]);
}

/** A JPEG whose frame header claims a size. */
function jpegOfSize(width: number, height: number): Buffer {
  const bytes = Buffer.from(fixture('photo.jpg'));
  const frame = bytes.indexOf(Uint8Array.of(0xff, 0xc0));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

/** A GIF whose screen and only frame claim a size. */
async function gifOfSize(width: number, height: number): Promise<Buffer> {
  const bytes = await stillGif();
  const screen = 6;
  const frame = bytes.indexOf(Buffer.concat([Buffer.of(0x2c, 0, 0, 0, 0), bytes.subarray(screen, 10)])) + 5;
  for (const at of [screen, frame]) {
    bytes.writeUInt16LE(width, at);
    bytes.writeUInt16LE(height, at + 2);
  }
  return bytes;
}

async function animation(format: 'webp' | 'gif'): Promise<Buffer> {
  const frames = [await plain(9, 9, 1), await plain(9, 9, 200)];
  return sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
}

/** The palette as a GIF has room for all of its colours. */
function stillGif(): Promise<Buffer> {
  return sharp(fixture('palette.png')).gif({ dither: 0 }).toBuffer();
}

const REFUSED: readonly [string, Uint8Array | Promise<Uint8Array>, RegExp][] = [
  ['nothing', new Uint8Array(0), /^images\[1\] is not a JPEG, PNG, WebP or GIF image: it is empty/],
  ['a TIFF', utf8.encode('II*\0\x01\x02\x03'), /^images\[1\] is not a .*: it begins with the bytes 49 49 2a/],
  [
    'the beginning of a GIF',
    utf8.encode('GIF89a\x01\x02\x03'),
    /^images\[1\] is a GIF image that is damaged/,
  ],
  [
    'half a GIF',
    stillGif().then((gif) => gif.subarray(0, gif.length / 2)),
    /^images\[1\] is a GIF image that is dam/,
  ],
  ['text', utf8.encode('<svg xmlns="'), /it begins with the text "<svg xml"/],
  ['base64', utf8.encode(GOOD.toString('base64')), /which is base64 text; send the bytes themselves/],
  [
    'half a JPEG',
    fixture('photo.jpg').subarray(0, 3000),
    /^images\[1\] is a JPEG image that is damaged or cut/,
  ],
  [
    'half a PNG',
    fixture('noise.png').subarray(0, 3000),
    /^images\[1\] is a PNG image that is damaged or cut/,
  ],
  [
    'half a WebP',
    fixture('photo.webp').subarray(0, 900),
    /^images\[1\] is a WebP image that is damaged or cut/,
  ],
  [
    'the beginning of a JPEG',
    Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
    /^images\[1\] is a JPEG image that is dam/,
  ],
  [
    'a PNG that claims 50,000 x 50,000',
    pngOfSize(50_000, 50_000),
    /has 50000 x 50000 pixels.*was not decoded/,
  ],
  [
    'a PNG that claims too much for any decoder',
    pngOfSize(2 ** 31 - 1, 2 ** 31 - 1),
    /^images\[1\] .*(pixels|dam)/,
  ],
  [
    'a JPEG that claims 65,500 x 65,500',
    jpegOfSize(65_500, 65_500),
    /has 65500 x 65500 pixels.*was not decoded/,
  ],
  [
    'a GIF that claims 65,500 x 65,500',
    gifOfSize(65_500, 65_500),
    /has 65500 x 65500 pixels.*was not decoded/,
  ],
  [
    'an image one pixel over the limit',
    plain(1001, 1000, 0),
    /has 1001 x 1000 pixels, more than the 1000000/,
  ],
  ['an animation', animation('webp'), /^images\[1\] is an animation of 2 frames/],
  ['an animation as GIF', animation('gif'), /^images\[1\] is an animation of 2 frames/],
];
for (const [what, bytes, message] of REFUSED) {
  test(`refuses ${what}, and says which it is`, async () => {
    await assert.rejects(preprocess(image, [GOOD, await bytes, GOOD]), {
      code: 'invalid_argument',
      message,
      details: { input: 'images', index: 1 },
    });
  });
}

test('takes an image of as many pixels as the limit says', async () => {
  const { data } = await preprocess(image, [await plain(1000, 1000, 7)]);
  assert.equal(data[0], 7);
});

test('passes over a colour profile, as TensorFlow does', async () => {
  const profiled = await sharp(fixture('photo.jpg')).withIccProfile('p3').png().toBuffer();
  const at = profiled.indexOf('iCCP') - 4;
  const end = at + 12 + profiled.readUInt32BE(at);
  const bare = Buffer.concat([profiled.subarray(0, at), profiled.subarray(end)]);
  assert.deepEqual(await preprocess(image, [profiled]), await preprocess(image, [bare]));
});

test('refuses an image that single precision makes smaller than what is cut out of it', async () => {
  const cut = { ...image, fit: 'crop', width: 256, height: 256, shorterSide: 256, sides: 'float32' } as const;
  await assert.rejects(preprocess(cut, [await plain(61, 100, 0)]), {
    code: 'invalid_argument',
    message: /^images\[0\] has 61 x 100 pixels, .* to 255 x 419, fewer than the 256 x 256/,
  });
  const { shape } = await preprocess(cut, [await plain(62, 100, 0)]);
  assert.deepEqual(shape, [1, 256, 256, 3]);
});

test('takes a still GIF, as TensorFlow does', async () => {
  const gif = await stillGif();
  const same = await sharp(gif).png().toBuffer();
  const [fromGif, fromPng] = [await preprocess(image, [gif]), await preprocess(image, [same])];
  assert.deepEqual(fromGif.data, fromPng.data);
});

test('images keep their order, however long each takes', async () => {
  const sizes = [700, 1, 400, 2, 3, 600, 4];
  const images = await Promise.all(sizes.map((size, index) => plain(size, size, index * 10)));
  const { name, shape, data } = await preprocess(image, images);
  assert.deepEqual({ name, shape }, { name: 'pixels', shape: [7, 8, 8, 3] });
  assert.deepEqual(
    sizes.map((_, index) => data[index * 8 * 8 * 3]),
    [0, 10, 20, 30, 40, 50, 60],
  );
});

test('no images are a tensor without elements', async () => {
  const { shape, data } = await preprocess(image, []);
  assert.deepEqual([shape, data.length], [[0, 8, 8, 3], 0]);
});

test('the fast way gives the levels of a ramp, to within what half a pixel makes', async () => {
  const fast = await preprocess(imageInput({ resize: 'bilinear', width: 20, height: 10 }), [GOOD]);
  for (let y = 0; y < 10; y += 1) {
    for (let x = 0; x < 20; x += 1) {
      const [red = 0, green = 0] = fast.data.slice((y * 20 + x) * 3);
      assert.ok(Math.abs(Number(red) - ((x + 0.5) / 20) * 255) < 4, `red of ${x}, ${y} is ${red}`);
      assert.ok(Math.abs(Number(green) - ((y + 0.5) / 10) * 255) < 4, `green of ${x}, ${y} is ${green}`);
    }
  }
});

test('the fast way crops and pads as the exact one does', async () => {
  for (const fit of ['crop', 'pad'] as const) {
    const said = { fit, width: 40, height: 30, shorterSide: 50, padLevels: [9, 8, 7] } as const;
    const exact = await preprocess(imageInput(said), [GOOD]);
    const fast = await preprocess(imageInput({ ...said, resize: 'bilinear' }), [GOOD]);
    const levels = Array.from(fast.data, Number);
    const furthest = Array.from(exact.data, Number).reduce(
      (most, level, at) => Math.max(most, Math.abs(level - (levels[at] ?? 0))),
      0,
    );
    assert.ok(furthest < 12, `${fit} differs by ${furthest}`);
  }
});

test('the fast way refuses what would become huge before it has the right shape', async () => {
  const elongated = await plain(20_000, 1, 0);
  const wide = imageInput({ resize: 'bilinear', fit: 'crop', shorterSide: 256, width: 224, height: 224 });
  await assert.rejects(preprocess(wide, [elongated]), {
    code: 'invalid_argument',
    message: /^images\[0\] has 20000 x 1 pixels, which is too elongated/,
  });
});

test('refuses more bytes than the limit, without a look at them', async () => {
  const strict = createImagePreprocessor(testLimits({ maxImageBytes: GOOD.length - 1 }));
  await assert.rejects(strict(image, [GOOD]), {
    code: 'invalid_argument',
    message: /^images\[0\] has \d+ bytes/,
  });
});

test('refuses more images than the tensor may hold', async () => {
  const strict = createImagePreprocessor(testLimits({ maxTensorBytes: 8 * 8 * 3 * 4 * 2 }));
  assert.equal((await strict(image, [GOOD, GOOD])).shape[0], 2);
  await assert.rejects(strict(image, [GOOD, GOOD, GOOD]), {
    code: 'invalid_argument',
    message: /has 3 images, and at most 2 of 8 x 8/,
  });
});

test('refuses a request when as many wait as may, and takes the next when they are done', async () => {
  const narrow = createImagePreprocessor(testLimits({ maxRequests: 1 }));
  const first = narrow(image, [GOOD]);
  await assert.rejects(narrow(image, [GOOD]), {
    code: 'overloaded',
    details: { notRun: true, maxQueueLength: 1, retryAfterSeconds: 1 },
  });
  await first;
  assert.equal((await narrow(image, [GOOD])).shape[0], 1);
});

test('gives up in time, and serves the next', async () => {
  const large = await sharp(Buffer.alloc(3_000_000, 'noise'), {
    raw: { width: 1000, height: 1000, channels: 3 },
  })
    .png()
    .toBuffer();
  const hasty = createImagePreprocessor(testLimits({ timeoutMs: 1, concurrency: 1 }));
  const many = Array.from({ length: 40 }, () => large);
  await assert.rejects(hasty(image, many), { code: 'deadline_exceeded', message: /not decoded within 1 ms/ });
  assert.equal((await preprocess(image, [GOOD])).shape[0], 1);
});

test('decodes nothing for a caller that has gone', async () => {
  await assert.rejects(preprocess(image, [GOOD], AbortSignal.abort()), { code: 'cancelled' });
});

test('whatever is done to an image, it is decoded or refused', async () => {
  const names = ['photo.jpg', 'photo-cmyk.jpg', 'noise.png', 'palette.png', 'photo.webp', 'alpha.webp'];
  const files = [...names.map(fixture), await stillGif()];
  const wounds = fc.array(fc.tuple(fc.nat(12_000), fc.nat(255)), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), wounds, fc.nat(12_000), async (file, changes, end) => {
      const bytes = Buffer.from(file.subarray(0, Math.max(12, file.length - (end % file.length))));
      for (const [at, byte] of changes) bytes[12 + (at % Math.max(1, bytes.length - 12))] = byte;
      await preprocess(image, [bytes]).then(
        ({ data }) => assert.equal(data.length, 8 * 8 * 3),
        (error) => assert.equal(error.code, 'invalid_argument'),
      );
    }),
    { numRuns: 300 },
  );
});
