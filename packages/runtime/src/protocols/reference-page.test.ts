// Runs the commands in docs/reference/protocols.md and compares what they print with what stands below them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { addModel, identityModel, runProcess } from '@slipway/testkit';
import { keyAuth } from '../replica-fixtures.ts';
import { openService } from './service-fixtures.ts';

const PAGE = new URL('../../../../docs/reference/protocols.md', import.meta.url);

/** A command, and what it prints. */
const EXAMPLE = /^```sh\n(.*?)^```\n\n```(json|text)\n(.*?)^```$/gms;

const MODELS = [
  { name: 'sum', version: 3, bytes: addModel() },
  { name: 'same', bytes: identityModel('FP32', ['batch']) },
];

test('every command of the reference prints what stands below it', async (t) => {
  const page = readFileSync(PAGE, 'utf8');
  const examples = [...page.matchAll(EXAMPLE)];
  assert.equal(examples.length, page.split('```sh\n').length - 1, 'each command has its answer');
  const { url } = await openService(t, { models: MODELS, auth: keyAuth(1, 'of-the-page') });
  for (const [, command = '', kind, expected = ''] of examples) {
    const env = { URL: url, KEY: 'of-the-page' };
    const { stdout } = await runProcess(t, 'bash', ['-c', command], { env });
    if (kind === 'json') assert.deepEqual(JSON.parse(stdout), JSON.parse(expected), command);
    else assert.equal(stdout.trim(), expected.trim(), command);
  }
});
