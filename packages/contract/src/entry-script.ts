/** Words that no Python module that is imported by name can have. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** What is wrong with the path of an entry script, in the words of Azure's SDK; `undefined` if nothing is. */
export function entryScriptProblem(path: string): string | undefined {
  const file = path.split(/[/\\]/).at(-1) ?? '';
  if (!file.endsWith('.py')) return 'Invalid driver type. Currently only Python drivers are supported.';
  const name = file.slice(0, -'.py'.length);
  if (/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) && !KEYWORDS.has(name)) return undefined;
  return `Error, invalid name "${file}" for provided entry script. The script must be importable as a valid python module, so name it with letters, digits and underscores, and not with a word of the language.`;
}
