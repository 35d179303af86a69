/** One command of a transcript, what it prints on both outputs, and its exit status. */
export interface Step {
  readonly line: number;
  readonly command: string;
  readonly exitCode: number;
  readonly expected: readonly string[];
}

/**
 * Reads the `console` blocks of a Markdown file. `$ ` begins a command and `> ` goes on with it; `? 2` is the exit
 * status that it must have, 0 if there is none; the rest is what it prints, where `[..]` stands for any text in a
 * line and a line `...` for any lines.
 */
export function parseTranscript(markdown: string): readonly Step[] {
  const steps: { line: number; command: string; exitCode: number; expected: string[] }[] = [];
  let inside = false;
  for (const [index, text] of markdown.split('\n').entries()) {
    const step = steps.at(-1);
    if (text.startsWith('```')) inside = text === '```console';
    else if (!inside) continue;
    else if (text.startsWith('$ ')) {
      steps.push({ line: index + 1, command: text.slice(2), exitCode: 0, expected: [] });
    } else if (step === undefined) throw new Error(`line ${index + 1}: output before the first command`);
    else if (text.startsWith('> ')) step.command += `\n${text.slice(2)}`;
    else if (text.startsWith('? ')) step.exitCode = Number(text.slice(2));
    else step.expected.push(text);
  }
  return steps.map((step) => ({ ...step, expected: withoutBlankEnd(step.expected) }));
}

/** True if what was printed is what was expected, wildcards applied. */
export function matches(expected: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return printed.length === 0;
  if (first === '...') {
    return Array.from({ length: printed.length + 1 }, (_, skip) => skip).some((skip) =>
      matches(rest, printed.slice(skip)),
    );
  }
  const [line, ...others] = printed;
  return line !== undefined && linePattern(first).test(line) && matches(rest, others);
}

/** The lines of what was printed, as a transcript holds them: without spaces and empty lines at the end. */
export function printedLines(text: string): readonly string[] {
  return withoutBlankEnd(text.split('\n').map((line) => line.trimEnd()));
}

function linePattern(expected: string): RegExp {
  return new RegExp(`^${expected.split('[..]').map(RegExp.escape).join('.*')}$`);
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1);
}
