import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from './parse-settings.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

test('settings have Azure’s defaults, and Azure’s names beside ours', () => {
  assert.deepEqual(parseSettings({}), DEFAULT_SETTINGS);
  const azure = {
    mini_batch_size: '10MB',
    error_threshold: 5,
    output_action: 'summary_only',
    append_row_file_name: 'digits.txt',
    process_count_per_node: 2,
    node_count: 1,
    compute_target: 'local',
    logging_level: 'debug',
    run_invocation_timeout: 30,
    run_max_try: '2',
  };
  assert.deepEqual(parseSettings(azure), {
    inputFormat: null,
    miniBatchSize: { files: 10, bytes: 10 * 1024 ** 2 },
    errorThreshold: 5,
    outputAction: 'summary_only',
    appendRowFileName: 'digits.txt',
    processCount: 2,
    loggingLevel: 'DEBUG',
    runInvocationTimeout: 30,
    runMaxTry: 2,
  });
});

test('sizes of mini-batches are files, or bytes with and without a unit', () => {
  const rows = [
    ['10', { files: 10, bytes: 10 }],
    [1024, { files: 1024, bytes: 1024 }],
    ['1KB', { files: 10, bytes: 1024 }],
    ['2 mb', { files: 10, bytes: 2 * 1024 ** 2 }],
  ] as const;
  for (const [given, size] of rows)
    assert.deepEqual(parseSettings({ miniBatchSize: given }).miniBatchSize, size);
});

test('everything that is wrong is said at once', () => {
  const wrong = {
    miniBatchSize: '0',
    mini_batch_size: '1TB',
    errorThreshold: -2,
    outputAction: 'append',
    appendRowFileName: '../x',
    processCount: 0.5,
    loggingLevel: 'TRACE',
    runInvocationTimeout: 0,
    runMaxTry: true,
    nodeCount: 4,
    computeTarget: 'gpu-cluster',
    colour: 'red',
  };
  assert.throws(
    () => parseSettings(wrong),
    (error: Error) => {
      const lines = error.message.split('\n');
      for (const key of Object.keys(wrong))
        assert.ok(
          lines.some((line) => line.startsWith(key)),
          key,
        );
      assert.match(error.message, /mini_batch_size says again what miniBatchSize says/);
      return true;
    },
  );
});
