import type { ModelDescription } from './types.ts';

/** Models of which one client keeps what they take; the one asked for longest ago goes first. */
const MAX_KEPT = 100;

/** What the service said of its models, asked for once each. */
export type Descriptions = (key: string, ask: () => Promise<ModelDescription>) => Promise<ModelDescription>;

export function createDescriptions(): Descriptions {
  const kept = new Map<string, ModelDescription>();
  return async (key, ask) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const asked = await ask();
    for (const oldest of kept.keys()) if (kept.size >= MAX_KEPT) kept.delete(oldest);
    kept.set(key, asked);
    return asked;
  };
}
