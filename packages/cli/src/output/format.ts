const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people, in steps of 1000: `1.2 MB`. */
export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), UNITS.length - 1);
  const value = count / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}

/** How long ago an instant was, in one unit: `5m`. */
export function age(instant: string, now: number = Date.now()): string {
  const passed = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  if (passed < 60) return `${passed}s`;
  if (passed < 3600) return `${Math.floor(passed / 60)}m`;
  if (passed < 86_400) return `${Math.floor(passed / 3600)}h`;
  return `${Math.floor(passed / 86_400)}d`;
}

/** Tags or properties on one line: `stage=prod, team=vision`. */
export function pairs(record: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(record);
  return entries.length === 0 ? undefined : entries.map(([key, value]) => `${key}=${value}`).join(', ');
}

/** A count of processes in words. */
export function processes(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}
