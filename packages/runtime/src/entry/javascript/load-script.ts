import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { FailedMessage } from '../messages.ts';

/** The functions of a script, and what it says of itself. */
export interface Script {
  readonly init: ((init: unknown) => unknown) | undefined;
  /** Takes an input, and of a service the context of the request. */
  readonly run: (input: unknown, context?: unknown) => unknown;
  readonly isRaw: boolean;
  readonly inputSchema: object | null;
  readonly outputSchema: object | null;
}

/** The most characters of a message that stands in a state. */
const MAX_MESSAGE = 2_000;

/** The script cannot be served. */
export class StartFailure extends Error {
  readonly stage: FailedMessage['stage'];

  constructor(stage: FailedMessage['stage'], message: string, cause?: unknown) {
    super(message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`, { cause });
    this.stage = stage;
  }
}

/** Imports the script at an absolute path. Rejects with `StartFailure`. */
export async function loadScript(path: string, sourceDir: string): Promise<Script> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (thrown) {
    throw new StartFailure('import', `It cannot be imported: ${importProblem(thrown, sourceDir)}`, thrown);
  }
  const { init, run, raw = false } = module;
  if (typeof run !== 'function') {
    throw new StartFailure(
      'checks',
      `User script at ${path} does not have a run() function defined. Export it: export function run(input) { … }`,
    );
  }
  if (init !== undefined && typeof init !== 'function') {
    throw new StartFailure('checks', `"init" of ${path} is no function, but ${typeof init}.`);
  }
  if (typeof raw !== 'boolean') throw new StartFailure('checks', `"raw" of ${path} must be true or false.`);
  return {
    init: init as Script['init'],
    run: run as Script['run'],
    isRaw: raw,
    inputSchema: schemaOf(module, 'inputSchema', path),
    outputSchema: schemaOf(module, 'outputSchema', path),
  };
}

function schemaOf(module: Readonly<Record<string, unknown>>, name: string, path: string): object | null {
  const schema = module[name];
  if (schema === undefined) return null;
  try {
    const copy: unknown = JSON.parse(JSON.stringify(schema));
    if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) return copy;
  } catch {
    // Said below.
  }
  throw new StartFailure(
    'checks',
    `"${name}" of ${path} must be a JSON Schema: an object that JSON can say.`,
  );
}

/** What is wrong, where, and what to do where that is known. */
function importProblem(thrown: unknown, sourceDir: string): string {
  const { code } = thrown as NodeJS.ErrnoException;
  const said = `${placeOf(thrown, sourceDir)}${summaryOf(thrown)}`;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return `${said}. Types are only taken away, so write it without enums, namespaces with values, and parameter properties; "erasableSyntaxOnly" of TypeScript finds them.`;
  }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return `${said}. A package comes from an environment of a package.json, a file from the source directory; imports of files name their ending.`;
  }
  return said;
}

/** Of what cannot be parsed, file and line, which Node writes before the error: `score.ts:3: `. */
function placeOf(thrown: unknown, sourceDir: string): string {
  if (!(thrown instanceof SyntaxError)) return '';
  const [, file, line] = /^(file:\/\/\/.*|\/.*):(\d+)\n/.exec(thrown.stack ?? '') ?? [];
  if (file === undefined) return '';
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return `${relative(sourceDir, path)}:${line}: `;
}

/** Such as `TypeError: no such layer`. */
export function summaryOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `thrown: ${inspect(thrown)}`;
}
