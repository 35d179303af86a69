import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './api.test.support.ts';

test('the description has every route with its schemas by name', async (t) => {
  const api = await startApi(t);
  const { body } = await api.call('GET', '/openapi.json');
  assert.equal(body.openapi, '3.1.0');
  console.log(Object.keys(body.components.schemas));
  console.log(JSON.stringify(body.paths['/api/v1/workspaces/{ws}/services'], null, 1));
});
