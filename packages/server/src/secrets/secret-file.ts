import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode, unlessMissing } from '@slipway/contract';
import { writeError } from '../home/system-errors.ts';

/**
 * The secret in the file `path`; where there is no such file, one with 32 random bytes in base64url is made,
 * readable by the owner alone (0600). Two processes that make it at once agree on one.
 */
export async function readOrMakeSecret(path: string): Promise<string> {
  return (await readSecret(path)) ?? (await makeSecret(path));
}

async function readSecret(path: string): Promise<string | undefined> {
  return (await unlessMissing(readFile(path, 'utf8')))?.trim();
}

async function makeSecret(path: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const temporary = `${path}.tmp-${randomBytes(4).toString('hex')}`;
  try {
    await writeSynced(temporary, `${secret}\n`);
    // A link, unlike a rename, does not replace what another process put there meanwhile.
    await link(temporary, path);
    await syncFolder(dirname(path));
    return secret;
  } catch (thrown) {
    const other = systemCode(thrown) === 'EEXIST' ? await readSecret(path) : undefined;
    if (other !== undefined) return other;
    throw writeError(thrown, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
