import { type ComputeUpdate, DEVICE_CLASS_PATTERN, MAX_DECLARED_DEVICES } from './compute.ts';

/** What `parseDeclaredDevice` takes, in words. */
export const DECLARED_DEVICE_RULE = `CLASS=COUNT, such as fpga=1, with a count up to ${MAX_DECLARED_DEVICES}, or CLASS=auto for those that are found`;

const CLASS = new RegExp(DEVICE_CLASS_PATTERN);

/** `fpga=1` as a declaration, `gpu=auto` as one that takes it back; `undefined` if it is neither. */
export function parseDeclaredDevice(text: string): ComputeUpdate['devices'] | undefined {
  const [name = '', count = '', ...rest] = text.split('=');
  if (rest.length > 0 || !CLASS.test(name)) return undefined;
  if (count === 'auto') return { [name]: null };
  const isCount = /^[0-9]{1,4}$/.test(count) && Number(count) <= MAX_DECLARED_DEVICES;
  return isCount ? { [name]: Number(count) } : undefined;
}
