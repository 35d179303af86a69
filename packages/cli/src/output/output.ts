import { formatScoringJson } from '@slipway/sdk';

/** Where a command's result goes: standard output, and nothing else does. */
export interface Output {
  /** Prints the result, once: as JSON with `--json`, else as `text` tells it. */
  result<T>(value: T, text: (value: T) => string): void;
}

export function createOutput(json: boolean, write: (text: string) => void): Output {
  // A service's answer may hold numbers that plain JSON does not.
  return {
    result: (value, text) => write(`${json ? formatScoringJson(value, 2) : text(value)}\n`),
  };
}
