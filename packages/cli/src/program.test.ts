import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS, GROUPS } from './commands.ts';
import { createProgram } from './program.ts';

test('a command that is called is the only one that is read', async () => {
  const program = await createProgram(['model', 'list', '--latest']);
  const groups = program.commands.map((command) => command.name());
  assert.deepEqual(groups, ['model']);
  assert.deepEqual(
    program.commands[0]?.commands.map((command) => command.name()),
    ['list'],
  );
});

test('without a command all of them are there', async () => {
  const program = await createProgram(['--help']);
  const paths = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands.map((child) => `${command.name()} ${child.name()}`),
  );
  assert.deepEqual(paths.toSorted(), COMMANDS.map(({ path }) => path).toSorted());
});

for (const { path, load } of COMMANDS) {
  test(`${path} is named for its place and describes itself`, async () => {
    const command = (await load())();
    const [first = '', second] = path.split(' ');
    assert.equal(command.name(), second ?? first);
    assert.match(command.description(), /^[A-Z].*\.$/);
    if (second !== undefined) assert.ok(Object.hasOwn(GROUPS, first));
  });
}
