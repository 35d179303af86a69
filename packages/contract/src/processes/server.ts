/** Where a running control plane is found: `<home>/server.json`, written when it listens, removed when it stops. */
export interface ServerInfo {
  readonly kind: 'ServerInfo';
  readonly pid: number;
  readonly version: string;
  readonly url: string;
  readonly gatewayUrl: string;
  readonly home: string;
  readonly startedAt: string;
}

/** Paths inside the home folder that more than one process or package must know. */
export const HOME_FILES = {
  serverInfo: 'server.json',
  token: 'token',
  serverLog: 'server.log',
} as const;
