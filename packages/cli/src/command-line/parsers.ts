import { InvalidArgumentError } from '@commander-js/extra-typings';

/** A whole number from `least` up, and to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** A number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** A TCP port; 0 takes a free one. */
export function port(text: string): number {
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
}

/** Gathers `key=value`, repeated, into one record. */
export function pair(text: string, sofar: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be key=value.');
  return { ...sofar, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** Gathers a repeated option into a list. */
export function repeated(text: string, sofar: readonly string[] = []): string[] {
  return [...sofar, text];
}

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `90`, `90s`, `10m` or `2h`, in seconds. */
export function seconds(text: string): number {
  const [, digits, unit = 's'] = /^([0-9]+)([smh])?$/.exec(text) ?? [];
  const factor = SECONDS_PER_UNIT[unit];
  if (digits === undefined || factor === undefined || Number(digits) === 0) {
    throw new InvalidArgumentError('It must be a time such as 90s, 10m or 2h.');
  }
  return Number(digits) * factor;
}
