import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOf } from './schema-example.ts';

const CASES: readonly [string, Parameters<typeof exampleOf>[0], unknown][] = [
  ['a given example', { type: 'array', example: [[1]] }, [[1]]],
  ['a number', { type: 'number' }, 0],
  [
    'rows of a fixed length',
    { type: 'array', items: { type: 'array', minItems: 3, items: { type: 'integer' } } },
    [[0, 0, 0]],
  ],
  [
    'an object with what it requires',
    {
      type: 'object',
      required: ['data'],
      properties: { data: { type: 'string' }, more: { type: 'string' } },
    },
    { data: '' },
  ],
  [
    'an object that requires nothing',
    { type: 'object', properties: { data: { type: 'number' }, inputs: { type: 'number' } } },
    { data: 0 },
  ],
  ['the first alternative', { oneOf: [{ type: 'boolean' }, { type: 'number' }] }, false],
  ['the first of an enumeration', { enum: ['latency', 'throughput'] }, 'latency'],
  ['a reference', { $ref: '#/definitions/Input' }, { data: [0] }],
  ['a reference without end', { $ref: '#/definitions/Endless' }, undefined],
  ['anything', {}, undefined],
];

const DOCUMENT = {
  definitions: {
    Input: { type: 'object', properties: { data: { type: 'array', items: { type: 'number' } } } },
    Endless: { $ref: '#/definitions/Endless' },
  },
};

for (const [what, schema, example] of CASES) {
  test(`the example of ${what}`, () => assert.deepEqual(exampleOf(schema, DOCUMENT), example));
}
