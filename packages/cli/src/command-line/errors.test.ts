import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { plainCommand } from './define.ts';
import { describeFailure, usageError } from './errors.ts';

test('an error is one line with its code', () => {
  assert.deepEqual(describeFailure(new SlipwayError('not_found', 'There is no model x.')), {
    exitCode: 1,
    line: 'Error (not_found): There is no model x.',
  });
});

test('a defect is told as one, not hidden', () => {
  assert.deepEqual(describeFailure(new TypeError('x is not a function')), {
    exitCode: 1,
    line: 'Error (internal): x is not a function',
  });
});

const SAID: readonly [string, string][] = [
  [
    "error: unknown option '--replica'\n(Did you mean --replicas?)\n",
    'unknown option \'--replica\'. Did you mean --replicas? See "slipway deploy --help".',
  ],
  [
    "error: missing required argument 'name'\n",
    'missing required argument \'name\'. See "slipway deploy --help".',
  ],
];
for (const [parserText, sentence] of SAID) {
  test(sentence, () => {
    const command = plainCommand('deploy');
    plainCommand('slipway').addCommand(command);
    assert.equal(usageError(parserText, command), `Error (invalid_argument): ${sentence}\n`);
  });
}
