/** What a script is written in, as far as a replica is concerned: TypeScript is JavaScript once its types are gone. */
export type EntryLanguage = 'python' | 'javascript';

/** Words that no Python module that is imported by name can have. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

const JAVASCRIPT = /\.(?:ts|mts|js|mjs)$/;

/** What runs the script of this path, which must have no problem. */
export function entryLanguage(path: string): EntryLanguage {
  return JAVASCRIPT.test(path) ? 'javascript' : 'python';
}

/** What is wrong with the path of an entry script, for Python in the words of Azure's SDK; `undefined` if nothing is. */
export function entryScriptProblem(path: string): string | undefined {
  const file = path.split(/[/\\]/).at(-1) ?? '';
  if (JAVASCRIPT.test(file)) return javascriptProblem(path, file);
  if (!file.endsWith('.py')) {
    return 'Invalid driver type. Currently only Python drivers (.py) and TypeScript or JavaScript drivers (.ts, .mts, .js, .mjs) are supported.';
  }
  const name = file.slice(0, -'.py'.length);
  if (/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) && !KEYWORDS.has(name)) return undefined;
  return `Error, invalid name "${file}" for provided entry script. The script must be importable as a valid python module, so name it with letters, digits and underscores, and not with a word of the language.`;
}

function javascriptProblem(path: string, file: string): string | undefined {
  if (file.startsWith('.'))
    return `Error, invalid name "${file}" for provided entry script: it has only an ending.`;
  if (/\.d\.m?ts$/.test(file)) return `"${file}" only declares types: name the script that has run().`;
  if (!/(?:^|[/\\])node_modules[/\\]/.test(path)) return undefined;
  return `"${path}" lies in node_modules, where Node takes no types away: name a script outside of it.`;
}
