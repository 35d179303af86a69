/** Names of pino's levels, https://github.com/pinojs/pino/blob/main/docs/api.md#loggerlevels-object. */
const LEVELS: Readonly<Record<number, string>> = {
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** What every line has and nobody needs to read. */
const HIDDEN = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'v']);

/** One structured log line as a person reads it; a line that is not structured stays as it is. */
export function humanLogLine(line: string): string {
  const entry = parseEntry(line);
  if (entry === undefined) return line;
  const time = new Date(Number.isNaN(Number(entry['time'])) ? String(entry['time']) : Number(entry['time']));
  const level = LEVELS[Number(entry['level'])] ?? String(entry['level']).toUpperCase();
  const rest = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time.toTimeString().slice(0, 8)} ${level.padEnd(5)} ${entry['msg'] ?? ''}${rest.join('')}`;
}

function parseEntry(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value && 'time' in value
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
