import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { createProgram } from '../../packages/cli/src/program.ts';

const WIDTH = 100;

/** docs/reference/cli.md */
export async function cliReference(): Promise<string> {
  const program = await createProgram([]);
  return `# The command line

Results go to standard output: tables for people, one JSON document with \`--json\`. Errors go to standard error as one
sentence with a [code](errors.md), progress too and only to a terminal. The exit status is 0 if the command did what it
says, 1 if it did not, 2 if it was called wrongly.

${leaves(program, program.name()).join('\n\n')}

<!-- Made by "npm run reference" from packages/cli/src/commands. -->
`;
}

function leaves(command: CommandUnknownOpts, path: string): string[] {
  if (command.commands.length === 0) return [`## ${path}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``];
  return command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`));
}

function helpOf(command: CommandUnknownOpts): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}
