import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { inflate } from '@sparticuz/chromium';

/** A graphics card made of software, which comes with the browser of the development dependencies. */
const SWIFTSHADER = new URL('../bin/swiftshader.tar.br', import.meta.resolve('@sparticuz/chromium'));

/** What the card is found by, in the environment of a process; `undefined` where the browser is not made for this machine. */
export async function softwareGraphics(
  scope: TestScope,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = await temporaryFolder(scope);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const libraries = await inflate(fileURLToPath(SWIFTSHADER));
    return {
      LD_LIBRARY_PATH: libraries,
      VK_ICD_FILENAMES: join(libraries, 'vk_swiftshader_icd.json'),
    };
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
