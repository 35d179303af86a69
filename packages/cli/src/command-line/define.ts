import { Command } from '@commander-js/extra-typings';
import { SHARED_OPTIONS, speakAlike } from './help.ts';

/** What a command that works on this machine is told besides its own options. */
export interface LocalOptions {
  readonly home?: string | undefined;
  readonly json?: true | undefined;
}

/** What a command that talks to a control plane is told besides its own options. */
export interface ApiOptions extends LocalOptions {
  readonly url?: string | undefined;
  readonly workspace?: string | undefined;
}

/** A command without options, or one that only holds others. */
export function plainCommand(name: string) {
  const command = new Command(name);
  speakAlike(command);
  return command;
}

/** A command that works on this machine and its home folder. */
export function localCommand(name: string) {
  return plainCommand(name)
    .optionsGroup(SHARED_OPTIONS)
    .option('--home <folder>', 'home folder of the installation (SLIPWAY_HOME, else ~/.slipway)')
    .option('--json', 'print one JSON document, for programs')
    .optionsGroup('Options:');
}

/** A command that talks to a control plane, which may be on another machine. */
export function apiCommand(name: string) {
  return localCommand(name)
    .optionsGroup(SHARED_OPTIONS)
    .option('--url <url>', 'control plane, its token in SLIPWAY_TOKEN (SLIPWAY_URL, else that of the home)')
    .option(
      '--workspace <name>',
      'workspace (SLIPWAY_WORKSPACE, else of .slipway/config.json, else "default")',
    )
    .optionsGroup('Options:');
}

/** The text that `--help` prints below the options. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
