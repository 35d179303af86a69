import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModelTable } from './model-table.ts';

test("the service's name means the default model, unless a model is called so", () => {
  for (const [models, service, asked, name] of [
    [['mnist', 'letters'], 'digits', undefined, 'mnist'],
    [['mnist', 'letters'], 'digits', 'digits', 'mnist'],
    [['mnist', 'letters'], 'digits', 'letters', 'letters'],
    [['mnist', 'letters'], 'digits', 'nobody', 'nobody'],
    [['mnist', 'digits'], 'digits', 'digits', 'digits'],
    [['mnist'], undefined, 'digits', 'digits'],
  ] as const) {
    assert.equal(createModelTable([], models, service).nameOf(asked), name);
  }
});
