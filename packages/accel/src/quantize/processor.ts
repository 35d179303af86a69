import { readFile } from 'node:fs/promises';

/** What is known of the processor that a quantized model is to run on. */
export interface Processor {
  /** As Node says it: `x64`, `arm64`. */
  readonly arch: string;
  /** Its features as Linux names them, or `undefined` where the system does not say. */
  readonly flags: ReadonlySet<string> | undefined;
}

/** Whether weights get seven bits, and why. */
export interface ReducedRange {
  readonly value: boolean;
  readonly why: string;
}

/** As Linux names the instructions that sum up products of eight bits in 32. */
const VNNI = ['avx512_vnni', 'avx_vnni'];

/** Weights of seven bits where sums of two products would be cut off in 16 bits: x86 without VNNI. */
export function reducedRangeFor({ arch, flags }: Processor): ReducedRange {
  if (arch !== 'x64') return { value: false, why: `${arch} sums up products in 32 bits` };
  if (flags === undefined) {
    return { value: true, why: 'the system does not say whether the processor has VNNI' };
  }
  const vnni = VNNI.find((flag) => flags.has(flag));
  if (vnni !== undefined) return { value: false, why: `the processor has VNNI (${vnni})` };
  return { value: true, why: 'the processor has no VNNI, and sums of two products are cut off in 16 bits' };
}

/** The processor of this machine. */
export async function thisProcessor(): Promise<Processor> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1];
  return { arch: process.arch, flags: flags === undefined ? undefined : new Set(flags.split(' ')) };
}
