/** One line of a requirements file, looked at. */
export type RequirementLine =
  | { readonly kind: 'option'; readonly line: string }
  | { readonly kind: 'package'; readonly line: string; readonly name: string; readonly warning?: string }
  | { readonly kind: 'problem'; readonly message: string };

/** Options that say where packages come from and in which form; the others name files, or change what pip does. */
const OPTIONS = new Set([
  '-i',
  '--index-url',
  '--extra-index-url',
  '-f',
  '--find-links',
  '--no-index',
  '--no-binary',
  '--only-binary',
  '--prefer-binary',
  '--pre',
  '--require-hashes',
  '--trusted-host',
]);
const FILES = new Set(['-r', '--requirement', '-c', '--constraint', '-e', '--editable']);

/** Name and extras of PEP 508, and what comes after them. */
const NAMED = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*(.*)$/;
const VERSION = '(?:===|==|~=|!=|<=|>=|<|>)\\s*[^\\s,;()=<>!~]+';
const VERSIONS = new RegExp(`^\\(?\\s*${VERSION}(?:\\s*,\\s*${VERSION})*\\s*\\)?\\s*$`);
/** A hash, a marker, or the end. */
const TAIL = /(?:^|\s+)(?:;.*|--hash[= ].*)$|;.*$/;

/** Looks at one requirement, without comment. */
export function readRequirement(line: string): RequirementLine {
  if (line.startsWith('-')) return readOption(line);
  if (/^(?:git|hg|svn|bzr)\+|^https?:\/\//.test(line)) return { kind: 'package', line, name: line };
  if (/^(?:[./~]|file:)|@\s*file:/.test(line))
    return problem(
      line,
      'names a file, which an environment does not hold: only packages that an index or an address has can be built into it',
    );
  const [, name, extras = '', rest = ''] = NAMED.exec(line) ?? [];
  if (name === undefined) return problem(line, 'does not begin with the name of a package');
  if (rest.startsWith('@')) return { kind: 'package', line, name };
  const versions = rest.replace(TAIL, '').trim();
  if (versions === '' || VERSIONS.test(versions)) return { kind: 'package', line, name };
  return readSingleEquals({ line, name, extras, rest, versions });
}

function readOption(line: string): RequirementLine {
  const [option = ''] = line.split(/[\s=]/, 1);
  if (OPTIONS.has(option)) return { kind: 'option', line };
  if (FILES.has(option)) {
    return problem(line, 'names another file, which an environment does not hold: put its lines in this one');
  }
  return problem(line, `is an option that is not passed on; these are: ${[...OPTIONS].join(', ')}`);
}

/** conda pins with one equals sign, pip with two; who writes both in one file mixes them up. */
function readSingleEquals(at: {
  readonly line: string;
  readonly name: string;
  readonly extras: string;
  readonly rest: string;
  readonly versions: string;
}): RequirementLine {
  const [, version] = /^=\s*([0-9][^\s,;=]*)(?:=\S*)?$/.exec(at.versions) ?? [];
  if (version === undefined) {
    return problem(at.line, 'is no requirement of pip, such as "numpy", "numpy==1.26.4" or "numpy>=1.24,<2"');
  }
  const tail = at.rest.slice(at.rest.indexOf(at.versions) + at.versions.length);
  const meant = `${at.name}${at.extras}==${version}`;
  return {
    kind: 'package',
    line: meant + tail,
    name: at.name,
    warning: `"${at.line}": pip pins a version with "==", so this is read as "${meant}". One "=" is how conda pins, outside of the list below "pip:".`,
  };
}

function problem(line: string, message: string): RequirementLine {
  return { kind: 'problem', message: `"${line}" ${message}` };
}
