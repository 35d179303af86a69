// Runs every transcript in this folder: a Markdown file with commands and what they print, see transcript.ts.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { createSandbox, DOCUMENT_TIMEOUT_MS, ROOT, type Sandbox } from './sandbox.ts';
import { matches, parseTranscript, printedLines, type Step } from './transcript.ts';

/** Each has a Slipway of its own. */
const CONCURRENCY = 2;

suite('transcripts', { concurrency: CONCURRENCY }, () => {
  for (const file of globSync(join(ROOT, 'tests', 'cli', '*.md')).toSorted()) {
    test(basename(file, '.md'), { timeout: DOCUMENT_TIMEOUT_MS }, (t) => runTranscript(t, file));
  }
});

/** Each command is a test of its own, so that a failure names it; what follows it has lost its ground and is not run. */
async function runTranscript(t: TestContext, file: string): Promise<void> {
  const run = await createSandbox(t);
  for (const step of parseTranscript(readFileSync(file, 'utf8'))) {
    let passed = false;
    await t.test(step.command.split('\n')[0] ?? '', async () => {
      await runStep(run, step, `${file}:${step.line}: ${step.command}`);
      passed = true;
    });
    if (!passed) return;
  }
}

async function runStep(run: Sandbox, step: Step, where: string): Promise<void> {
  const { output, exitCode } = await run(step.command);
  const printed = printedLines(output);
  if (!matches(step.expected, printed)) assert.deepEqual(printed, step.expected, where);
  assert.equal(exitCode, step.exitCode, `${where} ended with ${exitCode}:\n${output}`);
}
