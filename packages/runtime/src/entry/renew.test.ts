import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '@slipway/testkit';
import { startScript, startTypeScript } from './entry-fixtures.ts';

const TYPESCRIPT = (name: string) => `
export async function run(seconds: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return '${name}';
}`;

const PYTHON = (name: string) => `
import time
def init(): pass
def run(seconds):
    time.sleep(float(seconds))
    return "${name}"
`;

for (const [language, start, file, text, broken] of [
  ['TypeScript', startTypeScript, 'score.ts', TYPESCRIPT, 'enum Kind { A }'],
  ['Python', startScript, 'score.py', PYTHON, 'def init(:'],
] as const) {
  test(`a script in ${language} is loaded anew; what runs ends as it began, and a broken one changes nothing`, async (t) => {
    const replica = await start(t, text('first'), { entry: { workers: 2 } });
    const { entry } = JSON.parse(await readFile(join(replica.folder, 'spec.json'), 'utf8'));
    const score = async (seconds: number) => (await replica.score(String(seconds))).json();
    const renew = async () => {
      const response = await replica.admin('POST', '/renew');
      return { status: response.status, body: await response.text() };
    };
    const running = score(2);
    await waitFor(
      async () => (await (await fetch(`${replica.url}/metrics`)).text()).includes('slipway_in_flight 1'),
      { what: 'the request to run' },
    );
    await writeFile(join(entry.sourceDir, file), text('second'));
    assert.equal((await renew()).status, 200);
    assert.deepEqual(await Promise.all([score(0), score(0), running]), ['second', 'second', 'first']);

    await writeFile(join(entry.sourceDir, file), broken);
    const { status, body } = await renew();
    assert.equal(status, 500);
    assert.match(body, /"script_failed".*cannot be served/);
    assert.deepEqual(await Promise.all([score(0), score(0)]), ['second', 'second']);
    assert.equal((await replica.process.stop()).code, 0);
  });
}
