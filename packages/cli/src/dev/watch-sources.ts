import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. Notices of the system would miss editors that write a new file over the old one. */
const LOOK_EVERY_MS = 300;

/** What runs writes these, or holds too many of them. */
const NOT_SOURCES = /^\.|^node_modules$|^__pycache__$|\.(?:pyc|log)$|~$/;

/** Calls each time sources of a folder have changed and then been left alone for a moment, until the signal. */
export async function watchSources(
  folder: string,
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let known = await stampOf(folder);
  while (!signal.aborted) {
    // An aborted pause ends the loop.
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const before = await stampOf(folder);
    if (signal.aborted || before === known) continue;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if ((await stampOf(folder)) !== before) continue;
    known = before;
    if (!signal.aborted) await changed();
  }
}

/** Names, sizes and times of all sources in one text. What is gone while it is looked at is left out. */
async function stampOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const parts = await Promise.all(
    entries
      .filter(({ name }) => !NOT_SOURCES.test(name))
      .map(async (entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? stampOf(path) : stampOfFile(path);
      }),
  );
  return parts.join('\n');
}

async function stampOfFile(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${path} ${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}
