import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import carried, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian's package puts it: for machines that the carried one is not made for. */
const INSTALLED = '/usr/bin/chromium';

/** Libraries that the carried one needs and that a small machine may lack. */
const LIBRARIES = new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium'));

/** No calls to its maker, no graphics card, no QUIC. */
const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--no-sandbox',
];

interface Executable {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A headless Chromium with a profile of its own, closed when the test ends: the one that comes with the development
 * dependencies, or one that is installed where that does not run. `undefined` if there is neither.
 */
export async function startBrowser(scope: TestScope): Promise<Browser | undefined> {
  const found = await findExecutable(scope);
  if (found === undefined) return undefined;
  const { executablePath, env } = found;
  const browser = await chromium.launch({ executablePath, env: { ...env }, args: ARGUMENTS });
  onTestEnd(scope, () => browser.close());
  return browser;
}

async function findExecutable(scope: TestScope): Promise<Executable | undefined> {
  if (process.platform === 'linux' && process.arch === 'x64')
    return await unpack(await temporaryFolder(scope));
  return existsSync(INSTALLED) ? { executablePath: INSTALLED, env: {} } : undefined;
}

/** What the package unpacks goes where temporary files go. */
async function unpack(folder: string): Promise<Executable> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const executablePath = await carried.executablePath();
    const libraries = await inflate(fileURLToPath(LIBRARIES));
    const env = { LD_LIBRARY_PATH: join(libraries, 'lib'), FONTCONFIG_PATH: join(folder, 'fonts') };
    return { executablePath, env };
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
