import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestScope } from '@slipway/testkit';
import { pythonEnvironment } from '../../harness/python-environment.ts';

const HERE = import.meta.dirname;

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

/** The interpreter of an environment that has the stock clients; 270 MB are fetched for it. */
export function pythonWithClients(scope: TestScope): Promise<string> {
  return pythonEnvironment(scope, {
    locks: [REQUIREMENTS, SERVING_API, TENSORFLOW],
    fill: async ({ pip, python, folder }) => {
      const wheels = join(folder, 'wheels');
      await pip('install', '--require-hashes', '--only-binary=:all:', '-r', REQUIREMENTS);
      await pip('install', '--require-hashes', '--no-deps', '-r', SERVING_API);
      const whole = ['--require-hashes', '--no-deps', '--only-binary=:all:', ...WHEEL_PLATFORM];
      await pip('download', ...whole, '--dest', wheels, '-r', TENSORFLOW);
      await python('-c', UNPACK, wheels, join(folder, 'messages'));
      await rm(wheels, { recursive: true });
    },
  });
}
