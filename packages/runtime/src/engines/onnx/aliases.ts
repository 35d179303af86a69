import type { ModelFacts } from '../engine.ts';

/** Where a conversion from TensorFlow writes the keys of the signature, as JSON: `{"images": "Placeholder:0"}`. */
const KEYS = ['tensorflow.inputs', 'tensorflow.outputs'] as const;

/** More than any signature has; the rest of a strange file is not read. */
const MOST_CHARACTERS = 1_000_000;

/** The other names of tensors that a model's metadata tells; what is no record of texts there was not meant so. */
export function aliasesOf(metadata: ReadonlyMap<string, string>): Pick<ModelFacts, 'aliases'> {
  const named = KEYS.flatMap((key) => Object.entries(readRecord(metadata.get(key))));
  const aliases = new Map(
    named.flatMap(([alias, tensor]) =>
      typeof tensor !== 'string' || alias === tensor ? [] : [[tensor, alias] as const],
    ),
  );
  return aliases.size === 0 ? {} : { aliases };
}

function readRecord(text: string | undefined): object {
  if (text === undefined || text.length > MOST_CHARACTERS) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
