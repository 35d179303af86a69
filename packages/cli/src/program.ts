import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { plainCommand } from './command-line/define.ts';
import { COMMANDS, type CommandEntry, GROUPS } from './commands.ts';
import { VERSION } from './version.ts';

const VERSION_FLAGS = new Set(['-V', '--version']);

/**
 * The command line that can parse `args`. Only the file of the command that is called is read; when none is
 * (help, or a slip of the pen), all of them are.
 */
export async function createProgram(args: readonly string[]): Promise<CommandUnknownOpts> {
  const program = plainCommand('slipway')
    .description('From a trained model to a low-latency, authenticated web service.')
    .version(VERSION)
    // After a command's name, --version is that of a model.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nStart with "slipway up --detach", then "slipway deploy NAME --model FILE.onnx".',
    );
  await addCommands(program, entriesFor(args));
  return program;
}

function entriesFor(args: readonly string[]): readonly CommandEntry[] {
  if (VERSION_FLAGS.has(args[0] ?? '')) return [];
  const called = COMMANDS.filter(({ path }) => path.split(' ').every((word, index) => args[index] === word));
  return called.length > 0 ? called : COMMANDS;
}

async function addCommands(program: CommandUnknownOpts, entries: readonly CommandEntry[]): Promise<void> {
  const groups = new Map<string, CommandUnknownOpts>();
  for (const { path, load } of entries) {
    const [first = '', second] = path.split(' ');
    const command = (await load())();
    if (second === undefined) program.addCommand(command);
    else group(program, groups, first).addCommand(command);
  }
}

function group(
  program: CommandUnknownOpts,
  groups: Map<string, CommandUnknownOpts>,
  name: string,
): CommandUnknownOpts {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const made = plainCommand(name).description(GROUPS[name] ?? '');
  groups.set(name, made);
  program.addCommand(made);
  return made;
}
