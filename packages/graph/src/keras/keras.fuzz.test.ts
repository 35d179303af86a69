import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@slipway/testkit';
import { type Draw, damaged } from '../damage.test.helper.ts';
import { GraphError } from '../graph-error.ts';
import { inMemory } from './byte-source.ts';
import type { Json } from './config/json.ts';
import { kerasBytes } from './fixtures.test.helper.ts';
import { buildGraph } from './graph/build-graph.ts';
import { type KerasFile, readKerasArchive, readKerasHdf5 } from './load-keras.ts';
import { openEntry, readDirectory } from './zip/archive.ts';
import { writeArchive } from './zip/write-archive.test.helper.ts';

/** Inputs for each reader; `FUZZ_INPUTS` asks for more (`npm run fuzz -- keras`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 250);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

/** Memory that a reader may take for a file of some 40 kB, with what has not been collected yet. */
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

const H5 = ['keras2-mlp.h5', 'keras3-branches.h5'].map((name) => kerasBytes(name));
const ARCHIVE = kerasBytes('keras3-mlp.keras');

const MODELS = [
  ...['keras2-branches.keras', 'keras3-branches.keras', 'keras3-text.keras'],
  ...['keras3-functions.keras', 'keras3-convolutional.keras'],
];
const GOOD = Promise.all(MODELS.map(filesIn));

const READERS: readonly { name: string; read: (draw: Draw) => Promise<KerasFile> }[] = [
  {
    name: 'file of HDF5',
    read: (draw) => readKerasHdf5(inMemory('x', damaged(H5[draw(H5.length)] as Buffer, draw))),
  },
  { name: 'archive', read: (draw) => readKerasArchive(inMemory('x', damaged(ARCHIVE, draw))) },
  {
    name: 'configuration in a good archive',
    read: async (draw) => readKerasArchive(inMemory('x', await changed(draw))),
  },
];

for (const { name, read } of READERS)
  test(`a damaged ${name} is read or refused, in bounded memory`, async () => {
    const random = seededRandom(SEED);
    const draw: Draw = (below) => Math.floor(random() * below);
    let refused = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      try {
        buildGraph((await read(draw)).model);
      } catch (error) {
        assert.ok(
          error instanceof GraphError,
          `input ${index}: ${error instanceof Error ? error.stack : error}`,
        );
        refused += 1;
      }
      assert.ok(process.memoryUsage().heapUsed < MAX_HEAP_BYTES, `input ${index}`);
    }
    assert.ok(refused > INPUTS / 100, `${refused} of ${INPUTS} refused`);
  });

/** An archive with good checksums, whose configuration has one to three values that are others. */
async function changed(draw: Draw): Promise<Buffer> {
  const files = (await GOOD)[draw(MODELS.length)] ?? [];
  return writeArchive(
    files.map(({ name, bytes }) => {
      if (name !== 'config.json') return { name, bytes };
      const config = JSON.parse(bytes.toString()) as Json;
      for (let changes = 1 + draw(3); changes > 0; changes -= 1) replace(config, draw);
      return { name, bytes: Buffer.from(JSON.stringify(config)) };
    }),
  );
}

async function filesIn(archive: string): Promise<readonly { name: string; bytes: Buffer }[]> {
  const source = inMemory('x', kerasBytes(archive));
  const files: { name: string; bytes: Buffer }[] = [];
  for (const [name, entry] of await readDirectory(source)) {
    const opened = await openEntry(source, entry, 10 ** 7);
    files.push({ name, bytes: Buffer.from(await opened.read(0, opened.size)) });
  }
  return files;
}

const VALUES: readonly Json[] = [
  null,
  true,
  -1,
  0,
  1,
  2,
  1e9,
  0.5,
  'x',
  '',
  'linear',
  [],
  [1],
  {},
  [null, 4],
  'InputLayer',
  'Functional',
];

/** Replaces one value of a configuration, from the top of it or deep within, by another or by one of its own. */
function replace(config: Json, draw: Draw): void {
  const places: { readonly holder: Record<string, Json>; readonly key: string }[] = [];
  const visit = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Record<string, Json>, key });
      visit((value as Record<string, Json>)[key] ?? null);
    }
  };
  visit(config);
  const place = places[draw(places.length)];
  const other = places[draw(places.length)];
  if (place === undefined || other === undefined) return;
  if (draw(8) === 0) delete place.holder[place.key];
  else if (draw(4) === 0) place.holder[place.key] = structuredClone(other.holder[other.key] ?? null);
  else place.holder[place.key] = structuredClone(VALUES[draw(VALUES.length)] ?? null);
}
