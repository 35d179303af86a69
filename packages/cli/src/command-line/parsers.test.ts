import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fraction, pair, port, positiveNumber, repeated, seconds, wholeNumber } from './parsers.ts';

const GOOD: readonly [string, unknown, unknown][] = [
  ['whole number', wholeNumber(0)('12'), 12],
  ['positive number', positiveNumber('0.5'), 0.5],
  ['fraction', fraction('0'), 0],
  ['fraction', fraction('0.4'), 0.4],
  ['fraction', fraction('1'), 1],
  ['port', port('0'), 0],
  ['pair', pair('a=b=c', { x: 'y' }), { x: 'y', a: 'b=c' }],
  ['empty value', pair('a='), { a: '' }],
  ['repeated', repeated('b', ['a']), ['a', 'b']],
  ['bare seconds', seconds('90'), 90],
  ['minutes', seconds('10m'), 600],
  ['hours', seconds('2h'), 7200],
];
for (const [what, found, wanted] of GOOD) {
  test(`${what} is read`, () => assert.deepEqual(found, wanted));
}

const BAD: readonly [string, (text: string) => unknown, string][] = [
  ['whole number', wholeNumber(1), '0'],
  ['whole number', wholeNumber(0), '1.5'],
  ['whole number', wholeNumber(0), '9'.repeat(20)],
  ['positive number', positiveNumber, '0'],
  ['positive number', positiveNumber, ''],
  ['positive number', positiveNumber, 'Infinity'],
  ['fraction', fraction, '40'],
  ['fraction', fraction, '-0.1'],
  ['fraction', fraction, ' '],
  ['fraction', fraction, 'half'],
  ['port', port, '65536'],
  ['port', port, '-1'],
  ['pair', pair, 'novalue'],
  ['pair', pair, '=value'],
  ['time', seconds, '0s'],
  ['time', seconds, '5d'],
  ['time', seconds, 'soon'],
];
for (const [what, parse, text] of BAD) {
  test(`${what} ${JSON.stringify(text)} is refused`, () =>
    assert.throws(() => parse(text), { code: 'commander.invalidArgument', message: /^It must be / }));
}
