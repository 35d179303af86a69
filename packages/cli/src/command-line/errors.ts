import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { toSlipwayError } from '@slipway/contract';

/** The command did not do what it was asked to. */
const FAILED = 1;

/** The command was called wrongly, and nothing was tried. */
const WRONG_CALL = 2;

/** The exit status for what a command threw, and the line about it for standard error, if it is not there yet. */
export function describeFailure(thrown: unknown): { readonly exitCode: number; readonly line?: string } {
  if (thrown instanceof CommanderError) return { exitCode: thrown.exitCode === 0 ? 0 : WRONG_CALL };
  const error = toSlipwayError(thrown);
  return { exitCode: FAILED, line: `Error (${error.code}): ${error.message}` };
}

/** What the parser says of a wrong call, as one sentence in the form of all errors. */
export function usageError(parserText: string, command: CommandUnknownOpts): string {
  const [what = '', suggestion] = parserText
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const sentence = /[.?!]$/.test(what) ? what : `${what}.`;
  const hint = suggestion === undefined ? '' : ` ${suggestion.replace(/^\(|\)$/g, '')}`;
  return `Error (invalid_argument): ${sentence}${hint} See "${pathOf(command)} --help".\n`;
}

function pathOf(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
