import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SlipwayError } from '@slipway/contract';

/** What a file is known by. MD5 tells damage, but not whether somebody meant it. */
export interface Checksum {
  readonly algorithm: 'sha256' | 'md5';
  /** In hexadecimal, in small letters. */
  readonly digest: string;
}

const NAMES = { sha256: 'SHA-256', md5: 'MD5' } as const;

/** How people write a checksum's kind: `SHA-256`. */
export function checksumName({ algorithm }: Checksum): string {
  return NAMES[algorithm];
}

/** Throws `corrupt`, with both values, if `found` is not the digest that is expected of `name`. */
export function requireChecksum(name: string, expected: Checksum, found: string): void {
  if (found === expected.digest) return;
  throw new SlipwayError(
    'corrupt',
    `${name} is not the file that is meant: its ${checksumName(expected)} is ${found}, not ${expected.digest}. It was not taken.`,
    { details: { file: name, expected: expected.digest, found } },
  );
}

/** The digest of a file that is on this machine. */
export async function digestOf(
  path: string,
  algorithm: Checksum['algorithm'],
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash(algorithm);
  const stream = createReadStream(path, { highWaterMark: 1_048_576, ...(signal && { signal }) });
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
