import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { argumentAfter, parseOwnBytes, parseProc, parseProcCommand, parsePs } from './parse-processes.ts';

describe('parseProc', () => {
  const fields = (name: string, state: string) =>
    `4711 (${name}) ${state} 1 4711 4711 0 -1 4194560 1 0 0 0 5 3 0 0 20 0 11 0 987654 1000000 2560 18446744073709551615`;
  const status = 'Name:\tnode\nVmRSS:\t   10240 kB\nThreads:\t11\n';

  for (const name of ['node', 'a b) R 1 (c', '']) {
    it(`reads past the name "${name}"`, () => {
      assert.deepEqual(parseProc(fields(name, 'S'), status), {
        startTime: '987654',
        alive: true,
        residentBytes: 10_485_760,
      });
    });
  }

  it('takes a zombie for ended, and one without memory for empty', () => {
    assert.equal(parseProc(fields('node', 'Z'), status)?.alive, false);
    assert.equal(parseProc(fields('kthread', 'S'), 'Name:\tkthread\n')?.residentBytes, 0);
  });

  it('answers nothing for what is no such text', () => {
    assert.equal(parseProc('', ''), undefined);
  });
});

describe('parsePs', () => {
  it('reads lines of every day and month, and skips what is none', () => {
    const text = [
      '  501 Ss    2048 Sun Nov 22 17:54:26 2026 /usr/bin/node /a b/main.js --spec /h/replicas/x/spec.json',
      '12345 Z+       0 Mon Mar  1 07:00:00 2027 (node)',
      'nonsense',
      '',
    ].join('\n');
    assert.deepEqual(parsePs(text), [
      {
        pid: 501,
        startTime: 'Sun Nov 22 17:54:26 2026',
        alive: true,
        residentBytes: 2_097_152,
        command: ['/usr/bin/node /a b/main.js --spec /h/replicas/x/spec.json'],
      },
      {
        pid: 12_345,
        startTime: 'Mon Mar  1 07:00:00 2027',
        alive: false,
        residentBytes: 0,
        command: ['(node)'],
      },
    ]);
  });
});

describe('argumentAfter', () => {
  const rows: readonly [name: string, command: readonly string[], found: string | undefined][] = [
    ['arguments apart', ['node', 'main.js', '--spec', '/h o/r/x/spec.json'], '/h o/r/x/spec.json'],
    ['arguments in one text', ['node main.js --spec /h o/r/x/spec.json --more'], '/h o/r/x/spec.json'],
    ['the end of one text', ['node main.js --spec /h o/r/x/spec.json'], '/h o/r/x/spec.json'],
    ['another home', ['node', 'main.js', '--spec', '/other/r/x/spec.json'], undefined],
    ['no such flag', ['grep', '/h o/r/x/spec.json'], undefined],
    ['nothing after the flag', ['node', '--spec'], undefined],
    ['nothing at all', [], undefined],
  ];
  for (const [name, command, found] of rows) {
    it(name, () => assert.equal(argumentAfter(command, '--spec', '/h o/r/'), found));
  }
});

it('parseProcCommand keeps empty arguments and needs no last zero', () => {
  assert.deepEqual(parseProcCommand('node\0\0--spec\0'), ['node', '', '--spec']);
  assert.deepEqual(parseProcCommand('node'), ['node']);
  assert.deepEqual(parseProcCommand(''), []);
});

it('counts what a process has for itself, without the files that others use too', () => {
  const status =
    'Name:\tpython\nVmRSS:\t  9000 kB\nRssAnon:\t    3000 kB\nRssFile:\t    5000 kB\nRssShmem:\t    1000 kB\n';
  assert.equal(parseOwnBytes(status), 4000 * 1024);
  assert.equal(parseOwnBytes('Name:\tkthread\n'), 0);
});
