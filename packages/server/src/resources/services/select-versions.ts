import type { ModelSelection, VersionPolicy } from '@slipway/contract/api';
import type { ModelVersion } from '../../store/collections.ts';
import type { FieldProblem } from '../field-problems.ts';

/** A version that is registered. */
export type RegisteredVersion = Pick<ModelVersion, 'name' | 'version' | 'digest' | 'weights'>;

/** What a selection that says nothing of versions asks for. */
const NEWEST: VersionPolicy = Object.freeze({ latest: 1 });

/**
 * The versions of a model that a selection asks for, newest first, with their labels: those of its policy, and those
 * that its labels point at. `registered` are all of its versions, newest first. Pure.
 */
export function selectVersions(
  registered: readonly RegisteredVersion[],
  { versionPolicy = NEWEST, labels = {} }: ModelSelection,
): readonly ModelVersion[] {
  const labelled = new Set(Object.values(labels));
  return registered
    .filter(({ version }, index) => isWanted(versionPolicy, version, index) || labelled.has(version))
    .map((registered) => {
      const { version } = registered;
      const own = Object.keys(labels).filter((label) => labels[label] === version);
      return { ...registered, ...(own.length > 0 && { labels: own }) };
    });
}

function isWanted(policy: VersionPolicy, version: number, index: number): boolean {
  if ('latest' in policy) return index < policy.latest;
  return 'all' in policy || policy.specific.includes(version);
}

/** Versions that a selection names and that are not registered; `field` is where it stands in the request. */
export function selectionProblems(
  registered: readonly RegisteredVersion[],
  { name, versionPolicy = NEWEST, labels = {} }: ModelSelection,
  field: string,
): readonly FieldProblem[] {
  const isThere = (version: number) => registered.some((one) => one.version === version);
  const missing = (path: string, version: number): readonly FieldProblem[] =>
    isThere(version)
      ? []
      : [{ field: `${field}.${path}`, message: `is ${name}:${version}, which is not registered` }];
  const specific = 'specific' in versionPolicy ? versionPolicy.specific : [];
  return [
    ...specific.flatMap((version, index) => missing(`versionPolicy.specific[${index}]`, version)),
    ...Object.entries(labels).flatMap(([label, version]) => missing(`labels.${label}`, version)),
  ];
}
