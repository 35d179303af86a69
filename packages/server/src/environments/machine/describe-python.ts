import { SlipwayError } from '@slipway/contract';
import type { PythonVersion } from '../definition/python-wish.ts';
import { DOCUMENT_LENGTH, runTool } from './run-tool.ts';

/** Starting a Python takes tens of milliseconds; a cold disk, seconds. */
const DESCRIBE_TIMEOUT_MS = 20_000;

/** Of what it said instead. */
const MAX_REASON_LENGTH = 500;

/** A Python as it describes itself. */
export interface PythonDescription {
  /** The file that runs it, as it names itself. */
  readonly executable: string;
  readonly version: PythonVersion;
  /** Folder of its packages. */
  readonly sitePath: string;
  readonly packages: readonly InstalledPackage[];
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** The tool that installed it, where it said so. */
  readonly installer: string;
}

const VERSION_ONLY = 'packages = []';
const WITH_PACKAGES = `import importlib.metadata
packages = [
  {"name": d.metadata["Name"], "version": d.version, "installer": (d.read_text("INSTALLER") or "").strip()}
  for d in importlib.metadata.distributions()
]`;

const scriptWith = (packages: string) => `import json, sys, sysconfig
${packages}
print(json.dumps({
  "executable": sys.executable, "version": list(sys.version_info[:3]),
  "sitePath": sysconfig.get_paths()["purelib"], "packages": packages,
}))`;

/** The version and folders of a Python, and what is installed in it if that is asked for. Throws `unavailable` if it does not run. */
export async function describePython(
  path: string,
  signal: AbortSignal,
  { packages }: { readonly packages: boolean },
): Promise<PythonDescription> {
  const script = scriptWith(packages ? WITH_PACKAGES : VERSION_ONLY);
  const output: string[] = [];
  const { code, lines } = await runTool({
    command: path,
    args: ['-I', '-c', script],
    cwd: '/',
    signal,
    timeoutMs: DESCRIBE_TIMEOUT_MS,
    maxLineLength: DOCUMENT_LENGTH,
    onLine: (line) => output.push(line),
  });
  const described = code === 0 ? parseDescription(output) : undefined;
  if (described !== undefined) return described;
  throw new SlipwayError(
    'unavailable',
    `${path} does not run as a Python 3: ${(lines.at(-1) ?? 'it prints nothing').slice(0, MAX_REASON_LENGTH)}.`,
    {
      details: { path },
    },
  );
}

/** It is one line; warnings of Python may stand around it. */
function parseDescription(lines: readonly string[]): PythonDescription | undefined {
  try {
    return JSON.parse(lines.find((line) => line.startsWith('{')) ?? '') as PythonDescription;
  } catch {
    return undefined;
  }
}
