// Writes the pages of docs/reference that are made from the code; tests/docs/reference.test.ts holds them to it.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from './reference/pages.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

for (const { path, text } of await referencePages()) {
  writeFileSync(join(root, path), text);
  console.log(path);
}
