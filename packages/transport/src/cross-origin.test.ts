import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossOrigin, withHeaders } from './cross-origin.ts';
import type { HttpResponse } from './http-message.ts';

const APP = 'https://app.example';

interface Row {
  readonly origins: readonly string[];
  readonly origin?: string;
  readonly method?: string;
  /** What is said of the origin and to caches; `undefined`: nothing at all is said. */
  readonly says: { readonly origin?: string; readonly vary?: string } | undefined;
  readonly isPreflight?: boolean;
}

const ROWS: readonly Row[] = [
  { origins: [], origin: APP, says: undefined },
  { origins: [], origin: APP, method: 'OPTIONS', says: undefined },
  { origins: ['*'], says: undefined },
  { origins: ['*'], origin: APP, says: { origin: '*' } },
  { origins: ['*'], origin: 'null', says: { origin: '*' } },
  { origins: ['*'], origin: APP, method: 'OPTIONS', says: { origin: '*' }, isPreflight: true },
  { origins: ['*'], method: 'OPTIONS', says: undefined },
  { origins: [APP], says: { vary: 'Origin' } },
  { origins: [APP], origin: 'https://other.example', says: { vary: 'Origin' } },
  { origins: [APP], origin: 'https://other.example', method: 'OPTIONS', says: { vary: 'Origin' } },
  { origins: [APP], origin: `${APP}:8443`, says: { vary: 'Origin' } },
  { origins: [APP], origin: 'http://app.example', says: { vary: 'Origin' } },
  { origins: [APP], origin: `${APP}.other.example`, says: { vary: 'Origin' } },
  { origins: ['https://other.example', APP], origin: APP, says: { origin: APP, vary: 'Origin' } },
  {
    origins: [APP],
    origin: APP,
    method: 'OPTIONS',
    says: { origin: APP, vary: 'Origin' },
    isPreflight: true,
  },
];

for (const { origins, origin, method = 'POST', says, isPreflight = false } of ROWS) {
  test(`where [${origins}] may call, ${method} from ${origin ?? 'no page'}`, () => {
    const found = crossOrigin(origins, { method, headers: { origin } });
    if (says === undefined) return assert.equal(found, undefined);
    assert.equal(found?.isPreflight, isPreflight);
    const { 'access-control-allow-origin': allowed, vary, ...others } = found?.headers ?? {};
    assert.deepEqual({ origin: allowed, vary }, { origin: says.origin, vary: says.vary });
    const expected = isPreflight
      ? ['access-control-allow-headers', 'access-control-allow-methods', 'access-control-max-age']
      : ['access-control-expose-headers'];
    assert.deepEqual(Object.keys(others).sort(), says.origin === undefined ? [] : expected);
  });
}

const VARY: readonly [own: string | undefined, sent: string][] = [
  [undefined, 'Origin'],
  ['Origin', 'Origin'],
  ['accept-encoding', 'accept-encoding, Origin'],
  ['Accept, ORIGIN,Cookie', 'Accept, ORIGIN, Cookie'],
  ['*', '*, Origin'],
];

for (const [own, sent] of VARY) {
  test(`an answer that varies by ${own} varies by the origin, too`, () => {
    const answers: unknown[] = [];
    const response = { send: (...answer: unknown[]) => answers.push(answer) } as unknown as HttpResponse;
    withHeaders(response, { vary: 'Origin' }).send(200, own === undefined ? {} : { vary: own }, '');
    assert.deepEqual(answers, [[200, { vary: sent }, '']]);
  });
}
