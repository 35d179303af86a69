import type { InstalledPackage } from '../machine/describe-python.ts';

interface PipReport {
  readonly install: readonly {
    readonly metadata: { readonly name: string; readonly version: string };
    readonly download_info: {
      readonly archive_info?: { readonly hashes?: Readonly<Record<string, string>> };
    };
  }[];
}

/** The hashes of what pip installed, each as `sha256:…`, by `name==version`: from its installation report, version 1. */
export function readPipReport(text: string): ReadonlyMap<string, readonly string[]> {
  const { install } = JSON.parse(text) as PipReport;
  return new Map(
    install.map(({ metadata, download_info }) => [
      pinOf(metadata),
      Object.entries(download_info.archive_info?.hashes ?? {}).map(
        ([algorithm, hash]) => `${algorithm}:${hash}`,
      ),
    ]),
  );
}

/** What is installed as a requirements file, in the order of names, with the hashes that are known. */
export function lockOf(
  installed: readonly InstalledPackage[],
  hashes: ReadonlyMap<string, readonly string[]>,
): string {
  const pins = installed.map(pinOf).toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const lines = pins.flatMap((pin) => {
    const known = (hashes.get(pin) ?? []).map((hash) => `    --hash=${hash}`);
    return [pin, ...known].map((line, index) => (index < known.length ? `${line} \\\n` : `${line}\n`));
  });
  return lines.join('');
}

function pinOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}==${version}`;
}
