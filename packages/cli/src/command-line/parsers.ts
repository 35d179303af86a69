import { InvalidArgumentError } from '@commander-js/extra-typings';
import {
  type ComputeUpdate,
  DECLARED_DEVICE_RULE,
  DEVICE_CLASS_PATTERN,
  parseDeclaredDevice,
} from '@slipway/contract/api';

const DEVICE_CLASS = new RegExp(DEVICE_CLASS_PATTERN);

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

/** A part of a whole. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
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

/** Devices of one class that a replica has for itself: none or whole ones. */
export function deviceCount(text: string): number {
  if (/^[0-9]{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(
    'It must be a whole number: replicas never share a device. Let one replica have it, and its requests share it.',
  );
}

/** Gathers `class=count`, repeated, into one record. */
export function deviceCounts(
  text: string,
  sofar: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const [name = '', count = '', ...rest] = text.split('=');
  if (rest.length > 0 || !DEVICE_CLASS.test(name))
    throw new InvalidArgumentError('It must be class=count, such as fpga=1.');
  return { ...sofar, [name]: deviceCount(count) };
}

/** Gathers declarations of devices, repeated, into one record. */
export function declaredDevices(
  text: string,
  sofar: ComputeUpdate['devices'] = {},
): ComputeUpdate['devices'] {
  const declared = parseDeclaredDevice(text);
  if (declared === undefined) throw new InvalidArgumentError(`It must be ${DECLARED_DEVICE_RULE}.`);
  return { ...sofar, ...declared };
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`);
  };
}

/** Gathers a repeated option into a list. */
export function repeated(text: string, sofar: readonly string[] = []): string[] {
  return [...sofar, text];
}

/** A list with commas between its members, none of them empty. */
export function list(text: string): string[] {
  const members = text.split(',').map((member) => member.trim());
  if (members.every((member) => member !== '')) return members;
  throw new InvalidArgumentError('It must be a list with commas, such as tensorrt,cuda.');
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
