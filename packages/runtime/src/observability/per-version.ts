import type { LoadedModel } from '@slipway/contract';

/** Names one version of a model. */
export type VersionName = Pick<LoadedModel, 'name' | 'version'>;

/** Something that is kept for each version of each model, made when it is first asked for. */
export interface PerVersion<T> {
  of(model: VersionName): T;
  /** In the order in which they were made. */
  all(): readonly (readonly [VersionName, T])[];
}

/** Keeps what `make` makes. Versions that are unloaded keep theirs, as Prometheus keeps its counters. */
export function createPerVersion<T>(make: (model: VersionName) => T): PerVersion<T> {
  const models = new Map<string, Map<number, T>>();
  const made: (readonly [VersionName, T])[] = [];

  function versionsOf(name: string): Map<number, T> {
    const found = models.get(name);
    if (found !== undefined) return found;
    const versions = new Map<number, T>();
    models.set(name, versions);
    return versions;
  }

  return {
    of({ name, version }) {
      const versions = versionsOf(name);
      const found = versions.get(version);
      if (found !== undefined) return found;
      const model = { name, version };
      const kept = make(model);
      versions.set(version, kept);
      made.push([model, kept]);
      return kept;
    },
    all: () => made,
  };
}
