import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onTestEnd } from '@slipway/testkit';
import { createAdminListener } from './admin-listener.ts';

test('answers routes as JSON to whoever has the token', async (t) => {
  let reloads = 0;
  const admin = await createAdminListener({
    token: 'secret',
    routes: {
      'GET /status': () => ({ phase: 'ready' }),
      'POST /reload': async () => {
        reloads += 1;
        return { reloads };
      },
    },
    onError: (error) => assert.fail(error),
  });
  onTestEnd(t, admin.close);

  for (const { method, path, authorization, status, body, code } of [
    { method: 'GET', path: '/status', authorization: 'Bearer secret', status: 200, body: { phase: 'ready' } },
    { method: 'POST', path: '/reload', authorization: 'bearer secret', status: 200, body: { reloads: 1 } },
    {
      method: 'GET',
      path: '/reload',
      authorization: 'Bearer secret',
      status: 405,
      code: 'method_not_allowed',
    },
    { method: 'GET', path: '/other', authorization: 'Bearer secret', status: 404, code: 'not_found' },
    { method: 'GET', path: '/status', authorization: 'Bearer wrong', status: 401, code: 'unauthenticated' },
    { method: 'POST', path: '/reload', authorization: 'secret', status: 401, code: 'unauthenticated' },
    { method: 'GET', path: '/status', authorization: '', status: 401, code: 'unauthenticated' },
  ]) {
    const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, {
      method,
      headers: { authorization },
    });
    assert.equal(response.status, status, `${method} ${path}`);
    const answer = (await response.json()) as { error?: { code: string } };
    if (body !== undefined) assert.deepEqual(answer, body);
    assert.equal(answer.error?.code, code);
  }
  assert.equal(reloads, 1);
});
