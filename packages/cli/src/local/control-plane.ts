/** A control plane on this machine answers in milliseconds, or something is wrong with it. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The version of the control plane that answers at `url`; `undefined` if none does. */
export async function answeringVersion(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'version' in body ? String(body.version) : undefined;
  } catch {
    return undefined;
  }
}

/** True if anything speaks HTTP at `url`. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Tells the control plane of a home to end, with or without gateway and replicas; it has begun to when this returns. */
export async function requestShutdown(home: string, services: 'keep' | 'stop'): Promise<void> {
  const { connectControlPlane } = await import('@slipway/sdk');
  await (await connectControlPlane({ home })).shutdown({ services });
}
