import { once } from 'node:events';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { json } from 'node:stream/consumers';

/** A control plane on this machine answers in milliseconds, or something is wrong with it. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The version of the control plane that answers at `url`; `undefined` if none does. */
export async function answeringVersion(url: string): Promise<string | undefined> {
  try {
    const body: unknown = await json(await ask(`${url}/api/v1/health`));
    return typeof body === 'object' && body !== null && 'version' in body ? String(body.version) : undefined;
  } catch {
    return undefined;
  }
}

/** True if anything speaks HTTP at `url`. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    (await ask(url)).resume();
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

/** Whose certificate it is does not matter here: nothing secret is asked or told. */
async function ask(url: string): Promise<IncomingMessage> {
  const options = { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), agent: false };
  const request = url.startsWith('https:')
    ? getHttps(url, { ...options, rejectUnauthorized: false })
    : getHttp(url, options);
  const [response] = await once(request, 'response');
  return response;
}
