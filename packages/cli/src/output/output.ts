/** Where a command's result goes: standard output, and nothing else does. */
export interface Output {
  /** Prints the result, once: as JSON with `--json`, else as `text` tells it. */
  result<T>(value: T, text: (value: T) => string): void;
}

export function createOutput(json: boolean, write: (text: string) => void): Output {
  return {
    result: (value, text) => write(`${json ? JSON.stringify(value, null, 2) : text(value)}\n`),
  };
}
