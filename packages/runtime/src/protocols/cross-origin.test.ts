import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addModel } from '@slipway/testkit';
import { keyAuth } from '../replica-fixtures.ts';
import { openService } from './service-fixtures.ts';

const APP = 'https://app.example';
const MODELS = [{ name: 'add', bytes: addModel() }];

/** Of each protocol: where it scores, and what answers a request for it to OPTIONS of a page that may not call. */
const SCORING = [
  { path: '/score', refused: 200 },
  { path: '/v1/models/add:predict', refused: 400 },
  { path: '/v2/models/add/infer', refused: 405 },
];

for (const { path, refused } of SCORING) {
  test(`${path} answers pages of the origins that may call`, async (t) => {
    const { url } = await openService(t, {
      models: MODELS,
      auth: keyAuth(1, 'first', 'second'),
      context: { corsOrigins: [APP] },
    });
    const ask = (method: string, origin: string) => fetch(url + path, { method, headers: { origin } });

    const preflight = await ask('OPTIONS', APP);
    assert.equal(preflight.status, 200);
    assert.equal(await preflight.text(), '');
    assert.equal(preflight.headers.get('access-control-allow-origin'), APP);
    assert.equal(preflight.headers.get('vary'), 'Origin');
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /authorization.*content-type/);
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/);
    assert.match(preflight.headers.get('x-request-id') ?? '', /./);

    // A page has to be able to read why it is refused.
    const refusal = await ask('POST', APP);
    assert.equal(refusal.status, 401);
    assert.equal(refusal.headers.get('access-control-allow-origin'), APP);
    assert.match(refusal.headers.get('access-control-expose-headers') ?? '', /x-ms-request-id/);

    const stranger = await ask('OPTIONS', 'https://other.example');
    assert.equal(stranger.status, refused);
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
    assert.equal(stranger.headers.get('vary'), 'Origin');
  });

  test(`${path} says nothing to pages where none may call`, async (t) => {
    const { url } = await openService(t, { models: MODELS });
    for (const method of ['OPTIONS', 'POST']) {
      const { headers } = await fetch(url + path, { method, headers: { origin: APP } });
      assert.deepEqual(
        [...headers.keys()].filter((name) => name === 'vary' || name.startsWith('access-control-')),
        [],
      );
    }
  });
}
