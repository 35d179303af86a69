import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadedModel, ModelVersionState, VersionPhase } from '@slipway/contract';
import { configureModel, describeModel, indexModels, modelRef } from './describe.ts';
import { modelOf } from './fixtures.ts';

test('digits name a version by its number, all else by its label', () => {
  const rows: [string | undefined, object][] = [
    [undefined, {}],
    ['', {}],
    ['7', { version: 7 }],
    ['007', { version: 7 }],
    ['stable', { label: 'stable' }],
    ['-1', { label: '-1' }],
    ['9'.repeat(30), { label: '9'.repeat(30) }],
  ];
  for (const [version, expected] of rows)
    assert.deepEqual(modelRef('m', version), { model: 'm', ...expected });
});

const loaded = (version: number, said: Partial<LoadedModel> = {}): LoadedModel => ({
  ...modelOf([['x', 'FP32', [null, 3]]], [['y', 'FP32', [null, 3]]]),
  ...{ version, lane: 'inline', workers: 0, threads: 1, loadMs: 0, warmRunMs: 0, maxBatchRows: 8 },
  providers: [{ name: 'cpu', nodes: null }],
  ...said,
});

test('a model is told with all its versions, and with a batch only where its runs are shared', () => {
  const models = [loaded(10), loaded(2), { ...loaded(3), name: 'other' }];
  assert.deepEqual(describeModel(loaded(10), models).versions, ['2', '10']);
  assert.deepEqual(configureModel(loaded(10), models).versions, [2, 10]);
  const { maxBatchSize, instances } = configureModel(loaded(1), []);
  assert.deepEqual([maxBatchSize, instances], [8, 1]);
  assert.equal(configureModel(loaded(1, { maxBatchRows: 1 }), []).maxBatchSize, 0);
  assert.equal(configureModel(loaded(1, { workers: 3 }), []).instances, 3);
});

test('a model is told with what runs it', () => {
  const { onGpu, providers } = configureModel(loaded(1), []);
  assert.deepEqual({ onGpu, providers }, { onGpu: false, providers: ['cpu'] });
  const providing = ['cuda', 'cpu'].map((name) => ({ name, nodes: 3 }));
  const both = configureModel(loaded(1, { providers: providing }), []);
  assert.deepEqual([both.onGpu, both.providers], [true, ['cuda', 'cpu']]);
});

test('the index tells what became of each version', () => {
  const state = (version: number, phase: VersionPhase, message?: string): ModelVersionState => ({
    ...{ name: 'm', version, phase, labels: [] },
    error: message === undefined ? null : { code: 'invalid_model', message },
  });
  const states = [state(1, 'AVAILABLE'), state(2, 'LOADING'), state(3, 'END', 'It is cut short.')];
  assert.deepEqual(indexModels(states, false), [
    { name: 'm', version: '1', state: 'READY', reason: undefined },
    { name: 'm', version: '2', state: 'LOADING', reason: undefined },
    { name: 'm', version: '3', state: 'UNAVAILABLE', reason: 'It is cut short.' },
  ]);
  assert.equal(indexModels(states, true).length, 1);
});
