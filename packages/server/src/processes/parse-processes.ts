/** A process as the system's table shows it. */
export interface ProcessEntry {
  readonly pid: number;
  /** When it started, in whatever unit the system uses: with the pid it tells a process from a later one. */
  readonly startTime: string;
  /** Its arguments; one text with all of them where the system does not keep them apart. */
  readonly command: readonly string[];
}

/** What is looked at again and again of a process that is known. */
export interface ProcessVitals {
  readonly startTime: string;
  /** False for a process that has ended and waits to be collected. */
  readonly alive: boolean;
  readonly residentBytes: number;
}

/**
 * Reads `/proc/<pid>/stat` and `/proc/<pid>/status` (proc(5)). The name in parentheses may itself hold spaces and
 * parentheses, so the fields of `stat` count from the last `)`. The resident set comes from `status`, because
 * `stat` has it in pages, whose size differs between kernels.
 */
export function parseProc(stat: string, status: string): ProcessVitals | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? '0';
  return { startTime, alive: state !== 'Z' && state !== 'X', residentBytes: Number(kilobytes) * 1024 };
}

/**
 * Bytes of a process that are its own, from `/proc/<pid>/status`: what libraries and other files take counts once for all processes
 * that use them, so that it is no part of any. 0 where the system does not tell.
 */
export function parseOwnBytes(status: string): number {
  const lines = status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm);
  return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
}

/** Reads `/proc/<pid>/cmdline`: arguments that each end in a zero byte. */
export function parseProcCommand(text: string): readonly string[] {
  const parts = text.split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

const PS_LINE = /^\s*(\d+)\s+(\S+)\s+(\d+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/;

/** One line of `ps -o pid=,stat=,rss=,lstart=,command=`. */
export interface PsLine extends ProcessVitals {
  readonly pid: number;
  readonly command: readonly string[];
}

/** Reads the output of `ps -A -ww -o pid=,stat=,rss=,lstart=,command=` (resident set in units of 1024 bytes). */
export function parsePs(text: string): readonly PsLine[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, state, rss, startTime, command] = PS_LINE.exec(line) ?? [];
    if (pid === undefined || state === undefined || startTime === undefined || command === undefined)
      return [];
    return [
      {
        pid: Number(pid),
        startTime,
        alive: !state.startsWith('Z'),
        residentBytes: Number(rss) * 1024,
        command: [command],
      },
    ];
  });
}

/**
 * The path after `flag` in a command line if it begins with `prefix`. Where arguments are not kept apart the
 * path ends at the first space after the prefix, so what follows the prefix must hold none.
 */
export function argumentAfter(command: readonly string[], flag: string, prefix: string): string | undefined {
  const [whole] = command;
  if (command.length === 1 && whole !== undefined) {
    const begin = whole.indexOf(` ${flag} ${prefix}`);
    if (begin < 0) return undefined;
    const path = begin + flag.length + 2;
    const end = whole.indexOf(' ', path + prefix.length);
    return whole.slice(path, end < 0 ? undefined : end);
  }
  const at = command.indexOf(flag);
  const value = at < 0 ? undefined : command[at + 1];
  return value?.startsWith(prefix) ? value : undefined;
}
