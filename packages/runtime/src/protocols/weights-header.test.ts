import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadedModel } from '@slipway/contract';
import type { DataPlane } from '../data-plane/data-plane.ts';
import { weightsHeaders } from './weights-header.ts';

const drawn = { name: 'drawn', weights: 'random, seed 7' } as LoadedModel;
const trained = { name: 'trained' } as LoadedModel;
const told = { 'x-slipway-weights': 'random; seed=7' };

/** A replica that serves some models, or none yet. */
const serving = (models: readonly LoadedModel[] | undefined) => () =>
  models && ({ models } as unknown as DataPlane);

test('an answer of a version says what that version is', () => {
  const context = { dataPlane: serving([trained, drawn]), models: [] };
  assert.deepEqual(weightsHeaders(context, drawn), told);
  assert.equal(weightsHeaders(context, trained), undefined);
});

test('an answer of none says what any is: of those that serve, or that are to, or that a script has', () => {
  assert.deepEqual(weightsHeaders({ dataPlane: serving([trained, drawn]), models: [] }, undefined), told);
  assert.equal(weightsHeaders({ dataPlane: serving([trained]), models: [drawn] }, undefined), undefined);
  assert.deepEqual(
    weightsHeaders({ dataPlane: serving(undefined), models: [trained, drawn] }, undefined),
    told,
  );
  assert.equal(weightsHeaders({ dataPlane: serving(undefined), models: [trained] }, undefined), undefined);
});
