import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelChoices } from './model-choices.ts';

test('models without policy or label stay as they are', () => {
  assert.deepEqual(modelChoices(['digits', 'other:3'], {}), ['digits', 'other:3']);
});

test('a policy is for every model without a version, a named one for that model', () => {
  assert.deepEqual(modelChoices(['digits', 'other:3'], { versions: ['latest:2'] }), [
    { model: 'digits', versionPolicy: { latest: 2 } },
    'other:3',
  ]);
  assert.deepEqual(modelChoices(['digits', 'other'], { versions: ['other=1,3', 'digits=all'] }), [
    { model: 'digits', versionPolicy: { all: true } },
    { model: 'other', versionPolicy: { specific: [1, 3] } },
  ]);
});

test('labels gather at their models', () => {
  assert.deepEqual(modelChoices(['digits'], { label: ['canary=4', 'digits:stable=3'] }), [
    { model: 'digits', labels: { canary: 4, stable: 3 } },
  ]);
});

for (const [flags, message] of [
  [{ versions: ['newest'] }, /--versions newest: say latest:N/],
  [{ versions: ['cats=all'] }, /"cats" is none of the models/],
  [{ label: ['canary'] }, /--label canary: say LABEL=VERSION/],
  [{ label: ['canary=4'] }, /with several models MODEL:LABEL=VERSION/],
] as const) {
  test(`refused: ${JSON.stringify(flags)}`, () => {
    assert.throws(() => modelChoices(['digits', 'other'], flags), { code: 'invalid_argument', message });
  });
}
