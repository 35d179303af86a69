import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** Where a command is found: its words, and the file that is read only when it is needed. */
export interface CommandEntry {
  readonly path: string;
  readonly load: () => Promise<() => CommandUnknownOpts>;
}

/** The commands that only hold others. */
export const GROUPS: Readonly<Record<string, string>> = {
  workspace: 'the folders that models and services stand in',
  model: 'registered models and their versions',
  compute: 'the places where services run',
  service: 'deployed services: state, keys, logs, revisions',
  operation: 'long work that the control plane does',
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { path: 'up', load: async () => (await import('./commands/up.ts')).up },
  { path: 'down', load: async () => (await import('./commands/down.ts')).down },
  { path: 'doctor', load: async () => (await import('./commands/doctor.ts')).doctor },
];
