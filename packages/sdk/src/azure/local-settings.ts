import type { DeploymentSettings } from '../deployment-settings.ts';
import { configurationError } from './configuration-error.ts';

/** Settings of a local service: without keys, and at `port` if one is given. Throws `invalid_argument`. */
export function localSettings(port: unknown): DeploymentSettings {
  if (port === undefined || port === null) return Object.freeze({ authEnabled: false });
  if (typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 65_535) {
    return Object.freeze({ authEnabled: false, port });
  }
  throw configurationError([{ field: 'port', message: 'port must be a whole number from 1 to 65535' }]);
}
