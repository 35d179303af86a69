import { isLoopback } from './loopback.ts';

/** Where something listens, and by which name others call this machine. */
export interface PublicAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** `undefined`: the address it listens at. */
  readonly publicHost: string | undefined;
}

/** The URL to call it by. What only this machine can reach keeps its own address. */
export function publicUrl({ host, port, secure, publicHost = host }: PublicAddress): string {
  const name = isLoopback(host) ? host : publicHost;
  const bracketed = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return `${secure ? 'https' : 'http'}://${bracketed}:${port}`;
}
