import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphError } from '@slipway/graph/onnx';
import { failureOf } from './failure.ts';

test('paths are told as they are in the model, and the disk and defects by their codes', () => {
  const found = failureOf(new GraphError('invalid_file', '/w/source/a/b.pb: it is damaged.'), '/w/source');
  assert.deepEqual(found, { code: 'invalid_model', message: 'a/b.pb: it is damaged.' });
  assert.equal(failureOf(new GraphError('unsupported', '/w is old'), '/w').message, 'The model is old');
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  assert.equal(failureOf(full).code, 'storage_full');
  assert.equal(failureOf(new TypeError('x is undefined')).code, 'internal');
});

test('of many nodes the message names some, and the details all that are known', () => {
  const nodes = Array.from({ length: 30 }, (_, index) => ({
    node: `n${index}`,
    op: 'Digamma',
    why: 'No.',
    instead: 'Yes.',
  }));
  const lines = nodes.map(({ node }) => `- "${node}" (Digamma): No. Yes.`);
  const { message, details } = failureOf(
    new GraphError('unsupported', ['30 of the nodes:', ...lines].join('\n'), { nodes }),
  );
  assert.equal(message.split('\n').length, 22);
  assert.match(message, /^30 of the nodes:\n- "n0" .*\n- and 10 more, which the log names$/s);
  assert.deepEqual(details, { nodes });
});
