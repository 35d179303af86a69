import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from '../../http/api.test.support.ts';
import { convertedName } from './convert.ts';

const MODELS = '/workspaces/default/models';

test('converted models are named after their source, in 32 characters', () => {
  assert.equal(convertedName({ name: 'resnet50', version: 3 }), 'resnet50.3.accelonnx');
  const long = convertedName({ name: 'a'.repeat(255), version: 12 });
  assert.equal(long, `${'a'.repeat(19)}.12.accelonnx`);
  assert.equal(long.length, 32);
  assert.equal(convertedName({ name: 'b', version: 999_999_999 }), 'b.999999999.accelonnx');
});

test('a conversion is ordered as an operation on the model, and the same key orders none again', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  await api.register('digits');
  const order = { inputs: ['x:0'], outputs: ['y:0'], engine: 'python', shapes: { 'x:0': [2, 3] } };
  const headers = { 'idempotency-key': 'once' };
  const first = await api.call('POST', `${MODELS}/digits/convert`, { body: order, headers });
  const second = await api.call('POST', `${MODELS}/digits/convert`, { body: order, headers });
  assert.deepEqual([first.status, second.status, second.body.id], [202, 202, first.body.id]);
  const { kind, resource, result, state } = first.body;
  assert.deepEqual([kind, resource, result, state], ['ConvertModel', 'models/digits:2', null, 'NotStarted']);
  assert.equal(
    first.headers.get('operation-location'),
    `/api/v1/workspaces/default/operations/${first.body.id}`,
  );
  assert.equal('conversion' in first.body, false);
  const kept = await api.store.read((reader) => reader.get('operations', first.body.id));
  assert.deepEqual(kept?.value.conversion, order);
});

test('what is wrong with an order is told with its field, and no more than sixteen wait', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  const convert = (body: object, name = 'digits') => api.call('POST', `${MODELS}/${name}/convert`, { body });
  const refusals: readonly (readonly [object, string])[] = [
    [{ path: '../x' }, 'path'],
    [{ python: '/p', environment: 'e' }, 'python'],
    [{ python: 'relative' }, 'python'],
    [{ engine: 'none' }, 'engine'],
    [{ memoryGb: 0 }, 'memoryGb'],
    [{ inputs: [] }, 'inputs'],
    [{ unknown: 1 }, 'unknown'],
  ];
  for (const [body, field] of refusals) {
    const answer = await convert(body);
    assert.equal(answer.status, 400, field);
    assert.match(JSON.stringify(answer.body.error), new RegExp(field));
  }
  assert.equal((await convert({}, 'nothing')).body.error.code, 'not_found');
  for (let count = 0; count < 16; count += 1) assert.equal((await convert({})).status, 202);
  assert.equal((await convert({})).body.error.code, 'overloaded');
});
