import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess, type TestScope } from '@slipway/testkit';

const HERE = import.meta.dirname;
const CACHE = join(HERE, '../../../node_modules/.cache/slipway-python');

/** The stock clients and all that they need, by version and digest. */
const REQUIREMENTS = join(HERE, 'requirements.lock');
const SERVING_API = join(HERE, 'serving-api.lock');
const TENSORFLOW = join(HERE, 'tensorflow.lock');

/** The wheel of TensorFlow that the digest is of, whatever interpreter and machine there is. */
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
  const locks = [REQUIREMENTS, SERVING_API, TENSORFLOW].map((file) => readFileSync(file, 'utf8'));
  const folder = join(CACHE, hash('sha256', locks.join('\n'), 'hex').slice(0, 16));
  if (!(await exists(folder))) await install(scope, folder);
  return join(folder, 'bin/python');
}

async function install(scope: TestScope, folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  const python = join(unfinished, 'bin/python');
  const pip = (...args: string[]) =>
    run(scope, python, ['-m', 'pip', '--disable-pip-version-check', '--quiet', ...args]);
  const wheels = join(unfinished, 'wheels');
  await mkdir(CACHE, { recursive: true });
  try {
    await run(scope, 'python3', ['-m', 'venv', unfinished]);
    await pip('install', '--require-hashes', '--only-binary=:all:', '-r', REQUIREMENTS);
    await pip('install', '--require-hashes', '--no-deps', '-r', SERVING_API);
    const whole = ['--require-hashes', '--no-deps', '--only-binary=:all:', ...WHEEL_PLATFORM];
    await pip('download', ...whole, '--dest', wheels, '-r', TENSORFLOW);
    await run(scope, python, ['-c', UNPACK, wheels, join(unfinished, 'messages')]);
    await rm(wheels, { recursive: true });
    await moveUnlessThere(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** An environment finds itself by the place of its interpreter, so that it may move. */
async function moveUnlessThere(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (thrown) {
    if (!(await exists(folder))) throw thrown;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function run(scope: TestScope, command: string, args: readonly string[]): Promise<void> {
  const { code, stderr, stdout } = await runProcess(scope, command, args);
  if (code === 0) return;
  throw new Error(
    `The stock clients of Python cannot be installed: "${command} ${args.join(' ')}" ended with ${code}. Python 3.11 or later with venv and pip is needed, and a registry.\n${stdout}${stderr}`,
  );
}
