import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEPLOYMENT } from '@slipway/contract/api';
import { configProblems } from './config.ts';

const GOOD = [
  '*',
  'https://app.example',
  'http://localhost:8080',
  'http://[::1]:3000',
  'capacitor://localhost',
];

/** Origins that browsers never send so, and what they send instead where that can be told. */
const BAD: readonly [string, string | undefined][] = [
  ['https://app.example/', 'https://app.example'],
  ['https://app.example/page?x#y', 'https://app.example'],
  ['https://App.Example:443', 'https://app.example'],
  ['http://app.example:80', 'http://app.example'],
  ['https://me@app.example', 'https://app.example'],
  ['app.example', undefined],
  ['https://*.app.example', undefined],
  ['null', undefined],
  ['file:///page.html', undefined],
];

function problemsOf(origin: string) {
  return configProblems({ ...DEFAULT_DEPLOYMENT, corsOrigins: [GOOD[0] ?? '', origin] });
}

for (const origin of GOOD)
  test(`pages of ${origin} may call`, () => assert.deepEqual(problemsOf(origin), []));

for (const [origin, sent] of BAD) {
  test(`"${origin}" is no origin`, () => {
    const [problem, ...others] = problemsOf(origin);
    assert.deepEqual(others, []);
    assert.equal(problem?.field, 'config.corsOrigins[1]');
    const advice = / write "(.*)"$/.exec(problem?.message ?? '')?.[1];
    assert.equal(advice, sent);
  });
}
