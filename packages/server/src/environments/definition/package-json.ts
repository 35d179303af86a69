import type { FieldProblem } from '../../resources/field-problems.ts';
import type { NpmPackages, Reading } from './parsed-definition.ts';

interface PackageFiles {
  readonly packageJson: string;
  readonly packageLock?: string | undefined;
  readonly allowScripts?: boolean | undefined;
}

/** Kinds of dependencies that are installed for what runs, not for who develops it. */
const INSTALLED = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/** Reads a package.json and its lock. */
export function readPackageJson({
  packageJson,
  packageLock,
  allowScripts = false,
}: PackageFiles): Reading<NpmPackages> {
  const manifest = readObject(packageJson);
  const problems: FieldProblem[] = [];
  if (manifest === undefined) problems.push({ field: 'package.json', message: 'must hold one JSON object' });
  else problems.push(...manifestProblems(manifest));
  if (packageLock !== undefined && readObject(packageLock) === undefined) {
    problems.push({ field: 'package-lock.json', message: 'must hold one JSON object' });
  }
  const unlocked =
    '"package-lock.json" was not given: the newest versions that package.json allows are taken when it is built. Give the lock for the same packages everywhere.';
  return {
    parsed: { kind: 'npm', packageJson, packageLock: packageLock ?? null, allowScripts },
    problems,
    warnings: packageLock === undefined ? [unlocked] : [],
  };
}

function manifestProblems(manifest: Readonly<Record<string, unknown>>): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (manifest['workspaces'] !== undefined) {
    problems.push({
      field: 'package.json workspaces',
      message: 'name folders, which an environment does not hold',
    });
  }
  for (const kind of INSTALLED) {
    for (const [name, version] of Object.entries(objectOf(manifest[kind]))) {
      if (typeof version === 'string' && !/^(?:file|link|workspace):|^[./~]/.test(version)) continue;
      const message = `is ${JSON.stringify(version)}: only packages that a registry or an address has can be built into an environment`;
      problems.push({ field: `package.json ${kind}.${name}`, message });
    }
  }
  return problems;
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
