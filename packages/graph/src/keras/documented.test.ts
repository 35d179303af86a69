import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BY_NAME } from './layers/activations.ts';
import { LAYERS } from './layers/kinds.ts';
import { BY_FUNCTION, OPERATIONS } from './layers/operations.ts';

const PAGE = new URL('../../../../docs/reference/keras-files.md', import.meta.url);

test('the page names exactly the layers, activations and functions that are converted', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [layers = '', rest = ''] = page.split('## Layers')[1]?.split('| what ') ?? [];
  const listed = (text: string): readonly string[] =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string).toSorted();
  const after = (start: string): string => rest.split(start)[1]?.split('.\n')[0]?.split('. Of')[0] ?? '';
  assert.deepEqual(listed(layers), Object.keys(LAYERS).toSorted());
  assert.deepEqual(listed(after('Activations by name: ')), Object.keys(BY_NAME).toSorted());
  assert.deepEqual(listed(after('arithmetic, slices): ')), Object.keys(OPERATIONS).toSorted());
  assert.deepEqual(listed(after('(`TFOpLambda`): ')), Object.keys(BY_FUNCTION).toSorted());
});
