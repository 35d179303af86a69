import { SlipwayError } from '@slipway/contract';
import type { ToolEnd } from '../machine/run-tool.ts';

/** Lines of a tool that an error repeats; the log has more. */
const TOLD_LINES = 12;

const NO_SPACE = /No space left on device|ENOSPC/;
const FORBIDDEN = /\b40[13] (?:Client )?Error|\bE40[13]\b|HTTP status client error \(40[13]/;
const UNREACHABLE =
  /NewConnectionError|NameResolutionError|name resolution|Name or service not known|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Network is unreachable|Connection refused|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|error sending request|dns error/;

/** What pip, uv and npm say of a package that nobody has in this version. */
const MISSING = [
  /satisfies the requirement (\S+).*\(from versions: (.*)\)/,
  /[Tt]here (?:is|are) no versions? of ([^\s,]+)/,
  /[Bb]ecause (\S+) was not found in the package registry/,
  /No matching version found for (\S+?)\.?$/,
  /404\s+'?(\S+@\S+?)'? is not in this registry/,
];

/** The error of a tool that failed: what is missing, where that can be told, and the end of what it printed. */
export function explainFailure(command: string, { code, lines }: ToolEnd, what: string): SlipwayError {
  const output = lines.slice(-TOLD_LINES);
  const options = { details: { command, code, output } };
  const has = (pattern: RegExp) => lines.some((line) => pattern.test(line));
  if (has(NO_SPACE))
    return new SlipwayError(
      'storage_full',
      'No space is left to build the environment: free some and build it again.',
      options,
    );
  if (has(FORBIDDEN)) {
    return new SlipwayError(
      'permission_denied',
      `The package index refuses who asks: ${reasonOf(lines)}. Give credentials where the tool looks for them (PIP_INDEX_URL, UV_INDEX_URL, pip.conf, .netrc, .npmrc), in the environment of the server.`,
      options,
    );
  }
  if (has(UNREACHABLE)) {
    return new SlipwayError(
      'unavailable',
      `The package index cannot be reached: ${reasonOf(lines)}. Without a way to the Internet name one that can be (PIP_INDEX_URL, PIP_FIND_LINKS, UV_INDEX_URL, HTTPS_PROXY), in the environment of the server.`,
      options,
    );
  }
  const missing = missingPackage(lines, what);
  return new SlipwayError(
    'invalid_argument',
    missing ??
      `The environment cannot be built: ${reasonOf(lines)}. The log of the operation has what ${what} printed before.`,
    options,
  );
}

function missingPackage(lines: readonly string[], what: string): string | undefined {
  for (const line of lines) {
    for (const pattern of MISSING) {
      const [, requirement, versions] = pattern.exec(line) ?? [];
      if (requirement !== undefined)
        return `There is no "${requirement}" for ${what} on ${process.platform}-${process.arch}.${othersOf(versions)}`;
    }
  }
  return undefined;
}

function othersOf(versions: string | undefined): string {
  if (versions === undefined) return ' Ask for another version of it, or for another Python.';
  if (versions === 'none') return ' The index has no version of it for this Python.';
  return ` The index has these for it: ${versions}.`;
}

/** The line that says most: the last that calls itself an error, else the last. */
function reasonOf(lines: readonly string[]): string {
  const line =
    lines.findLast((text) => /error/i.test(text) && !/^npm error A complete log/.test(text)) ?? lines.at(-1);
  return line?.trim().replace(/\.$/, '') ?? 'the tool printed nothing';
}
