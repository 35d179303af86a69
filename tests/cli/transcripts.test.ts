// Runs every transcript in this folder: a Markdown file with commands and what they print, see transcript.ts.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestScope } from '@slipway/testkit';
import { createSandbox, DOCUMENT_TIMEOUT_MS, ROOT } from './sandbox.ts';
import { matches, parseTranscript, printedLines } from './transcript.ts';

/** Each has a Slipway of its own. */
const CONCURRENCY = 2;

suite('transcripts', { concurrency: CONCURRENCY }, () => {
  for (const file of globSync(join(ROOT, 'tests', 'cli', '*.md')).toSorted()) {
    test(basename(file, '.md'), { timeout: DOCUMENT_TIMEOUT_MS }, (t) => runTranscript(t, file));
  }
});

async function runTranscript(scope: TestScope, file: string): Promise<void> {
  const run = await createSandbox(scope);
  for (const step of parseTranscript(readFileSync(file, 'utf8'))) {
    const { output, exitCode } = await run(step.command);
    const printed = printedLines(output);
    const where = `${file}:${step.line}: ${step.command}`;
    if (!matches(step.expected, printed)) assert.deepEqual(printed, step.expected, where);
    assert.equal(exitCode, step.exitCode, `${where} ended with ${exitCode}:\n${output}`);
  }
}
