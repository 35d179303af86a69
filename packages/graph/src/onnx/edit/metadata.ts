import type { OnnxModel } from '../model.ts';

/** Sets entries of a model's metadata; `undefined` removes one. Others stay, in their order. */
export function setMetadata(
  model: OnnxModel,
  entries: Readonly<Record<string, string | undefined>>,
): OnnxModel {
  const kept = model.metadata.filter(({ key = '' }) => !Object.hasOwn(entries, key));
  const added = Object.entries(entries).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  );
  return { ...model, metadata: [...kept, ...added] };
}
