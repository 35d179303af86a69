import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type StartedProcess, startProcess, type TestScope, temporaryFolder } from '@slipway/testkit';

/** A program of its own, because a test cannot stop itself. `imports` are modules of this folder. */
export async function startProgram(
  scope: TestScope,
  { imports, body }: { readonly imports: Readonly<Record<string, string>>; readonly body: string },
): Promise<StartedProcess> {
  const lines = Object.entries(imports).map(([name, module]) => {
    const url = new URL(`./${module}.js`, import.meta.url).href;
    return `import { ${name} } from ${JSON.stringify(url)};`;
  });
  const prelude = `
    import { setTimeout as pause } from 'node:timers/promises';
    const from = performance.now();
    const say = (facts) => console.log(JSON.stringify(facts));
  `;
  const file = join(await temporaryFolder(scope), 'program.mjs');
  await writeFile(file, [...lines, prelude, body].join('\n'));
  return startProcess(scope, process.execPath, [file]);
}

/** Stops the program when it says that it waits, and lets it go on `ms` later. */
export async function hold(program: StartedProcess, ms: number): Promise<void> {
  await program.waitForOutput(/waiting/);
  process.kill(program.pid, 'SIGSTOP');
  await pause(ms);
  process.kill(program.pid, 'SIGCONT');
}

/** What the program says last. Throws if it does not end well. */
export async function lastWordsOf(program: StartedProcess): Promise<Record<string, unknown>> {
  const { code } = await program.exit;
  if (code !== 0) throw new Error(program.stderr());
  return JSON.parse(program.stdout().trimEnd().split('\n').at(-1) as string) as Record<string, unknown>;
}
