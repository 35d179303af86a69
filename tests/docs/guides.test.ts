// Runs what README and guides tell a reader to type.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestScope } from '@slipway/testkit';
import { createSandbox, DOCUMENT_TIMEOUT_MS, ROOT } from '../cli/sandbox.ts';
import { shellBlocks } from './shell-blocks.ts';

const DOCUMENTS = [
  'README.md',
  'docs/guides/quick-start.md',
  'docs/guides/clients.md',
  'docs/guides/web-pages.md',
];

/** npx finds what is installed, which takes it a second a time; here it is on the path already. */
const NO_NPX = 'npx() { "$@"; }';

/** These install, build and run everything: they are what is running now. */
const SCRIPT = /^npm (?:run )?([a-z]+)/;

suite('documents', { concurrency: 2 }, () => {
  for (const document of DOCUMENTS)
    test(document, { timeout: DOCUMENT_TIMEOUT_MS }, (t) => runDocument(t, document));
});

async function runDocument(scope: TestScope, document: string): Promise<void> {
  const run = await createSandbox(scope);
  const blocks = shellBlocks(readFileSync(join(ROOT, document), 'utf8'));
  assert.notEqual(blocks.length, 0);
  for (const block of blocks) {
    const [, script] = SCRIPT.exec(block) ?? [];
    if (script !== undefined) assertScript(script);
    else {
      const { output, exitCode } = await run(`set -e\n${NO_NPX}\n${block}`);
      assert.equal(exitCode, 0, `${document}:\n${block}\n\n${output}`);
    }
  }
}

function assertScript(name: string): void {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.ok(Object.hasOwn(scripts, name), `package.json has no script "${name}"`);
}
