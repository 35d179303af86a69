import { compileKernel, type KernelMemory } from '../kernel.ts';
import { powerOfTen } from './decimal.ts';

/** What float-kernel.wat says, assembled. */
export const CODE =
  'AGFzbQEAAAABKQZgAX4BfmACf34Cf35gA3x8fAF8YAJ+fAF8YAN+f38BfGAEf39/fwF/AwgHAAABAgMEBQUDAQADBxgCBm1lbW9yeQIAC3JlYWROdW1iZXJzAAYKwQgHHwAgACAAQvbs2bPnzp279gB8hEKAgYKEiJCgwIB/gws9ACAAQgp+IABCCIh8IQAgAEL/gYCA8B+DQuSAgICAyNAHfiAAQhCIQv+BgIDwH4NCgYCAgIDiCX58QiCIC5gBAwJ+AX8BfgJAA0AgACkDAEKw4MCBg4aMmDCFIQIgAhAAIQMgA0IAUg0BIAFC/8evoCVVBEAgAEJ/DwsgAUKAwtcvfiACEAF8IQEgAEEIaiEADAALCyADekIDiKchBCABIARBA3QpA0hVBEAgAEJ/DwtBICAEQQJ0a60hBSAAIARqIAEgBEEDdCkDCH4gAiAFhiAFhhABfAtcAQR8IABEAAAAAgAAoEGiIQMgAyADIAChoSEDIAAgA6EhBCABRAAAAAIAAKBBoiEFIAUgBSABoaEhBSABIAWhIQYgBCAGoiACIAMgBaKhIAQgBaKhIAMgBqKhoQt1AQV8IAC5IQIgAiABoyEDIAMgAaIhBCACIAShIAMgASAEEAOhIAAgArB9uaAgAaMhBSADIAVEAAAAAAAA8D9EAAAAAAAAcD2hoqAhBiAGRAAAAAAAAPh/IAYgAyAFRAAAAAAAAPA/RAAAAAAAAHA9oKKgYRsLcAECfCABQQN0KwOIASEDIAC5IAOjIQQgAEKAgICAgICAEFMEQCAEDwsgAgRAIAAgAxAEDwsgBEQAAAAAAAD4fyAERAAAAAAAAPA/RAAAAAAAAOA8oaK2IAREAAAAAAAA8D9EAAAAAAAA4DygorZbGwuCBAUJfwF+AX8BfgF8QQIgA2ohBQJAA0AgAiAEa0EESwRAIAApAwBCsNjA4YKGi5gshSENIA1C//8Dg1AEQCAB/QwAAAAAAAAAAAAAAAAAAAAA/QsEACAB/QwAAAAAAAAAAAAAAAAAAAAA/QsEEEEEIQwgDUIAUgRAIA16QgSIpyEMCyABIAwgBXRqIQEgBCAMaiEEIAAgDEEBdGohAAwCCwsDQCAALQAAIQcgB0EgTQRAQoDMgIAQIAetiEIBg0IAUgRAIABBAWohAAwCCwsLIAAhCCAHQS1GIQ4gDgRAIABBAWohACAALQAAIQcLIAAtAAFBLkYEQCAHQTBrrSEPIABBAWohBiAPQglWDQIFIABCABACIQ8hBiAGIABGDQIgBiAAa0EBSyAHQTBGcQ0CIA9CAFMNAgtBACELIAYtAABBLkYEQCAGQQFqIQkgCSAPEAIhDyEGIAYgCWshCyALRQ0CIAtBFksNAiAPQgBTDQILIAYtAAAhCiAKQSxHIApB3QBHcQ0BIA8gCyADEAUhECAQIBBiDQEgDgRAIBCaIRALIAMEQCABIBA5AwAFIAEgELY4AgALIAFBASAFdGohASAEQQFqIQQgCkHdAEYgBCACRnIEQEEAIAY2AgBBBEEBNgIAIAQPCyAGQQFqIQAMAAsLQQAgCDYCAEEEQQA2AgAgBAs=';

/** The most bytes of text that fit the kernel's memory at once. */
export const TEXT_BYTES = 32_768;

/** As the code has it: where the state, the tables, the text and the numbers stand in the kernel's memory. */
const STATE_WORDS = 2;
const POWERS_AT = 8;
const LIMITS_AT = 72;
const SCALES_AT = 136;
const TEXT_AT = 1_024;
const NUMBERS_AT = 36_864;

/** Digits that are appended to a number at once, unless it is eight. */
const MOST_TOGETHER = 7;

/** Digits of a number, so that it fits 63 bits whatever they are. */
const MOST_DIGITS = 18;

/** Places behind a point: up to here powers of ten are doubles. */
const MOST_PLACES = 22;

/** What is read at once at the very end of the text. */
const END_BYTES = 8;

/** A nought and its comma: no number is shorter, and four noughts are written at once. */
const MOST_NUMBERS = TEXT_BYTES / 2 + 4;

interface Exports {
  readonly memory: KernelMemory;
  readNumbers(at: number, into: number, most: number, isWide: 0 | 1): number;
}

const { memory, readNumbers } = compileKernel<Exports>(CODE)();
const state = new Int32Array(memory.buffer, 0, STATE_WORDS);
const text = new Uint8Array(memory.buffer, TEXT_AT, TEXT_BYTES + END_BYTES);
const singles = new Float32Array(memory.buffer, NUMBERS_AT, MOST_NUMBERS);
const doubles = new Float64Array(memory.buffer, NUMBERS_AT, MOST_NUMBERS);
fillTables();

function fillTables(): void {
  const powers = new BigInt64Array(memory.buffer, POWERS_AT, MOST_TOGETHER + 1);
  const limits = new BigInt64Array(memory.buffer, LIMITS_AT, MOST_TOGETHER + 1);
  for (let digits = 0; digits <= MOST_TOGETHER; digits += 1) {
    powers[digits] = 10n ** BigInt(digits);
    limits[digits] = 10n ** BigInt(MOST_DIGITS - digits) - 1n;
  }
  const scales = new Float64Array(memory.buffer, SCALES_AT, MOST_PLACES + 1);
  for (let places = 0; places <= MOST_PLACES; places += 1) scales[places] = powerOfTen(places);
}

/** Takes at most `TEXT_BYTES` of a text into the kernel's memory; what was there is gone. */
export function loadText(bytes: Uint8Array): void {
  text.set(bytes);
  text.fill(0, bytes.length, bytes.length + END_BYTES);
}

/**
 * Reads the usual numbers, of at most 18 digits and without an exponent, at most `most`, from `offset` of the loaded
 * text on, and returns how many; `numbersRead` has them then, `stoppedAt` where it stopped, and `hasEnded` why.
 */
export function readUsualNumbers(offset: number, most: number, isWide: boolean): number {
  return readNumbers(TEXT_AT + offset, NUMBERS_AT, Math.min(most, MOST_NUMBERS), isWide ? 1 : 0);
}

/** Behind what was read: the offset into the loaded text. */
export function stoppedAt(): number {
  return (state[0] as number) - TEXT_AT;
}

/**
 * True if that is behind a number that ends its row or was the last that was wanted; else another number begins there
 * that must be read in another way, or what is none.
 */
export function hasEnded(): boolean {
  return state[1] === 1;
}

/** The numbers that were read, as doubles if they were wanted wide, else as singles; until any are read again. */
export function numbersRead(isWide: boolean): Float32Array | Float64Array {
  return isWide ? doubles : singles;
}
