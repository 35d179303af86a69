import { join } from 'node:path';
import type { TestScope } from '@slipway/testkit';
import { pythonEnvironment } from './python-environment.ts';

/** The client for Python, as a package that pip can install. */
export const PACKAGE = join(import.meta.dirname, '../../python/slipway');

const REQUIREMENTS = join(PACKAGE, 'tests/requirements.lock');

/** A Python with what the client needs, and without the client. */
export function slipwayClient(scope: TestScope): Promise<string> {
  return pythonEnvironment(scope, {
    locks: [REQUIREMENTS],
    fill: ({ pip }) => pip('install', '--require-hashes', '--only-binary=:all:', '-r', REQUIREMENTS),
  });
}
