import assert from 'node:assert/strict';
import { test } from 'node:test';
import Schema from 'typebox/schema';
import { DEFAULT_DEPLOYMENT, DeploymentConfig, PartialDeploymentConfig } from './deployment.ts';

test('the defaults are a valid configuration', () => {
  assert.equal(Schema.Check(DeploymentConfig, DEFAULT_DEPLOYMENT), true);
});

test('the defaults are the ones that the schema tells', () => {
  for (const [name, schema] of Object.entries(DeploymentConfig.properties)) {
    const told = (schema as { default?: unknown }).default ?? null;
    assert.deepEqual(DEFAULT_DEPLOYMENT[name as keyof DeploymentConfig], told, name);
  }
});

test('any field may be left out, and no other may stand there', () => {
  assert.equal(Schema.Check(PartialDeploymentConfig, {}), true);
  assert.equal(Schema.Check(PartialDeploymentConfig, { numReplicas: 2 }), true);
  assert.equal(Schema.Check(PartialDeploymentConfig, { replicas: 2 }), false);
  assert.equal(Schema.Check(PartialDeploymentConfig, { numReplicas: 1.5 }), false);
});

test('batching and instances can be said for all models, and for one', () => {
  const batching = { mode: 'dynamic', maxSize: 8, maxDelayMs: 5, preferredSizes: [4, 8] };
  const modelSettings = { digits: { batching, instances: 2 } };
  assert.equal(Schema.Check(PartialDeploymentConfig, { batching, instances: null, modelSettings }), true);
  assert.equal(Schema.Check(PartialDeploymentConfig, { batching: { mode: 'eager' } }), false);
  assert.equal(Schema.Check(PartialDeploymentConfig, { batching: { maxSize: 8 } }), false);
  assert.equal(Schema.Check(PartialDeploymentConfig, { modelSettings: { digits: { lane: 'auto' } } }), false);
});
