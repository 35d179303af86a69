import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { type ParameterValue, readRequestOptions } from './parameters.ts';

function options(parameters: Record<string, ParameterValue | undefined>) {
  const read = readRequestOptions(new Map(Object.entries(parameters)), new Set(['binary_data_output']));
  return read instanceof SlipwayError ? read.message : { ...read, custom: Object.fromEntries(read.custom) };
}

test('parameters with a meaning are read, others kept', () => {
  const none = { priority: undefined, timeoutMicroseconds: undefined };
  assert.deepEqual(options({}), { ...none, custom: {} });
  assert.deepEqual(
    options({ priority: 2n, timeout: 1500n, binary_data_output: true, mine: 42n, other: 'x' }),
    {
      priority: 2,
      timeoutMicroseconds: 1500,
      custom: { mine: 42n, other: 'x' },
    },
  );
  assert.deepEqual(options({ priority: 0n, timeout: 0n }), { ...none, custom: {} });
  assert.deepEqual(options({ sequence_id: 0n, sequence_start: false, sequence_end: false }), {
    ...none,
    custom: {},
  });
});

test('sequences, reserved names and wrong types are refused', () => {
  const reserved =
    /^parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified\.$/;
  const rows: [Record<string, ParameterValue | undefined>, RegExp][] = [
    [{ sequence_id: 7n }, /^parameter 'sequence_id' asks for a sequence, but no model here keeps state/],
    [{ sequence_id: 'a' }, /'sequence_id' asks/],
    [{ sequence_start: true }, /'sequence_start' asks/],
    [{ triton_x: 1n }, reserved],
    [{ priority: -1n }, /^Unable to parse 'priority': expected a whole number from 0, found -1$/],
    [{ priority: 'high' }, /'priority': expected a whole number from 0, found a string/],
    [{ timeout: 0.5 }, /^Unable to parse 'timeout': expected a whole number from 0, found 0\.5$/],
    [{ timeout: undefined }, /'timeout': .* found an array, an object or null/],
    [
      { mine: undefined },
      /^parameter 'mine' has invalid type\. It should be either 'int', 'bool', or 'string'\.$/,
    ],
  ];
  for (const [parameters, message] of rows) assert.match(String(options(parameters)), message);
});
