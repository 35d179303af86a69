import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { usageError } from './errors.ts';

/** The heading under which `--help` lists what every command takes, after what is its own. */
export const SHARED_OPTIONS = 'Shared options:';

/** Makes a command tell of itself, and of wrong calls, as all commands do; it throws instead of ending the process. */
export function speakAlike(command: CommandUnknownOpts): void {
  command
    .exitOverride()
    .configureHelp({ groupItems })
    .configureOutput({ outputError: (text, write) => write(usageError(text, command)) });
}

function groupItems<T>(_all: T[], visible: T[], headingOf: (item: T) => string): Map<string, T[]> {
  const groups = Map.groupBy(visible, headingOf);
  const shared = groups.get(SHARED_OPTIONS);
  if (shared === undefined) return groups;
  groups.delete(SHARED_OPTIONS);
  return groups.set(SHARED_OPTIONS, shared);
}
