import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Everything that the bytes of an optimized model depend on. */
export interface CacheKeyParts {
  /** Digest of the model's manifest. */
  readonly digest: string;
  readonly engineVersion: string;
  /** Instruction sets: optimizing picks kernels and layouts for them. */
  readonly cpuFlags: string;
  /** Whatever else was said to the engine. */
  readonly options: string;
}

/** A name for the entry, safe as a file name. Equal parts give the same name. */
export function cacheKey(parts: CacheKeyParts): string {
  const { digest, engineVersion, cpuFlags, options } = parts;
  return createHash('sha256')
    .update(JSON.stringify([digest, engineVersion, cpuFlags, options]))
    .digest('hex');
}

/** What this machine's processor can do, as the system says it. */
export function readCpuFlags(): string {
  try {
    const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    if (flags !== undefined) return `${process.arch} ${flags}`;
  } catch {
    // Only Linux has that file; elsewhere the processor's model stands for its flags.
  }
  return `${process.arch} ${cpus()[0]?.model ?? ''}`;
}
