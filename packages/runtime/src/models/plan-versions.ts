import type { VersionPhase } from '@slipway/contract';

/** One version of a model, wherever it stands. */
export interface VersionRef {
  readonly name: string;
  readonly version: number;
}

/** A version that a replica knows. */
export interface KnownVersion extends VersionRef {
  readonly phase: VersionPhase;
  /** True if it could not be loaded: it is not tried again by itself, because its files never change. */
  readonly failed: boolean;
}

/** What to do next: at most one load, so that what serves keeps its cores. */
export interface VersionSteps {
  readonly load: VersionRef | undefined;
  readonly unload: readonly VersionRef[];
}

/**
 * The next steps towards the wanted versions. What is no longer wanted serves on until every wanted version of its
 * model is ready, so also when one of them cannot be loaded; what was `dismissed` goes at once. Pure.
 */
export function planVersions(
  known: readonly KnownVersion[],
  wanted: readonly VersionRef[],
  dismissed: (version: VersionRef) => boolean,
): VersionSteps {
  const due = wanted.filter((version) => !dismissed(version));
  const isReady = (version: VersionRef) => findVersion(known, version)?.phase === 'AVAILABLE';
  const isDispensable = (version: KnownVersion) =>
    dismissed(version) || due.filter(({ name }) => name === version.name).every(isReady);
  return {
    load: due.find((version) => isLoadable(findVersion(known, version))),
    unload: known.filter(
      (version) =>
        version.phase === 'AVAILABLE' && findVersion(due, version) === undefined && isDispensable(version),
    ),
  };
}

function isLoadable(known: KnownVersion | undefined): boolean {
  if (known === undefined || known.phase === 'START') return true;
  return known.phase === 'END' && !known.failed;
}

/** The member of a list that is this version. */
export function findVersion<T extends VersionRef>(
  versions: readonly T[],
  { name, version }: VersionRef,
): T | undefined {
  return versions.find((one) => one.name === name && one.version === version);
}
