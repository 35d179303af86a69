const LOOPBACK = /^(localhost|127(\.[0-9]{1,3}){3}|::1|\[::1\])$/;

/** True for names and addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** True for the addresses that mean every interface of this machine, and so are nobody's name. */
export function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]';
}
