import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type TestScope, temporaryFolder } from '@slipway/testkit';

const FOLDER = new URL('../../fixtures/keras/', import.meta.url);
const PACKED = '.gz';

/** The names of all files of models, such as `keras3-mlp.h5`. */
export function kerasFixtures(): readonly string[] {
  return readdirSync(FOLDER)
    .map((name) => name.slice(0, -PACKED.length))
    .toSorted();
}

/** The bytes of a file that `packages/graph/scripts/make-keras-files.py` wrote. */
export function kerasBytes(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`${name}${PACKED}`, FOLDER)));
}

/** As a file of that name, which is there as long as the test runs. */
export async function kerasFile(scope: TestScope, name: string, bytes = kerasBytes(name)): Promise<string> {
  const path = join(await temporaryFolder(scope), name);
  writeFileSync(path, bytes);
  return path;
}
