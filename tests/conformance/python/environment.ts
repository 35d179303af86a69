import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess, type TestScope } from '@slipway/testkit';

const HERE = import.meta.dirname;
const REQUIREMENTS = join(HERE, 'requirements.txt');
const CACHE = join(HERE, '../../../node_modules/.cache/slipway-python');

/** Installed without what it depends on: of TensorFlow it needs the messages alone. */
const SERVING_API = 'tensorflow-serving-api==2.21.0';

/** The wheel whose messages are taken, for whatever interpreter there is: generated code runs on all. */
const TENSORFLOW = 'tensorflow-cpu==2.21.0';
const WHEEL_PLATFORM = ['--python-version', '3.11', '--platform', 'manylinux_2_27_x86_64'];

/** Unpacks the generated messages of a wheel, a hundredth of it. */
const UNPACK = `
import glob, sys, zipfile
wheel, target = glob.glob(sys.argv[1] + "/*.whl")[0], sys.argv[2]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.endswith("_pb2.py")])
`;

/**
 * The interpreter of an environment that has the stock clients, made when it is first asked for and kept until the
 * versions change; 270 MB are fetched for it. Throws what pip says if it cannot be made: these tests are not skipped.
 */
export async function pythonWithClients(scope: TestScope): Promise<string> {
  const versions = [readFileSync(REQUIREMENTS, 'utf8'), SERVING_API, TENSORFLOW].join('\n');
  const folder = join(CACHE, hash('sha256', versions, 'hex').slice(0, 16));
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) await install(scope, folder);
  return join(folder, 'bin/python');
}

async function install(scope: TestScope, folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  const python = join(unfinished, 'bin/python');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  await run(scope, 'python3', ['-m', 'venv', unfinished]);
  const pip = (...args: string[]) =>
    run(scope, python, ['-m', 'pip', '--disable-pip-version-check', ...args]);
  await pip('install', '--quiet', '--requirement', REQUIREMENTS);
  await pip('install', '--quiet', '--no-deps', SERVING_API);
  const wheels = join(unfinished, 'wheels');
  await pip(
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    ...WHEEL_PLATFORM,
    '--dest',
    wheels,
    TENSORFLOW,
  );
  await run(scope, python, ['-c', UNPACK, wheels, join(unfinished, 'messages')]);
  await rm(wheels, { recursive: true });
  // An environment finds itself by the place of its interpreter, so that it may move.
  await rename(unfinished, folder);
}

async function run(scope: TestScope, command: string, args: readonly string[]): Promise<void> {
  const { code, stderr, stdout } = await runProcess(scope, command, args);
  if (code === 0) return;
  throw new Error(
    `The stock clients of Python cannot be installed: "${command} ${args.join(' ')}" ended with ${code}. Python 3.10 or later with venv and pip is needed.\n${stdout}${stderr}`,
  );
}
