import { reasonOf } from '@slipway/accel/downloads';
import { SlipwayError } from '@slipway/contract';
import type { Wheel } from './release.ts';

/** What an index may take to answer, in milliseconds; its pages are a few hundred kilobytes. */
const ANSWER_TIMEOUT_MS = 30_000;

/** `<a href="…/file.whl#sha256=…">` */
const HREF = /<a\s[^>]*?href\s*=\s*["']([^"']*)["']/gi;

/** Where a package index is, and the header with which it is asked. */
export interface Index {
  /** Without a slash at the end, and without a user or password. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An index by its URL. A user and a password in it are sent as `Authorization`, and shown nowhere. */
export function parseIndex(text: string): Index {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new SlipwayError('invalid_argument', `The index must be an http or https URL, not "${text}".`);
  }
  const { username, password } = url;
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  url.username = '';
  url.password = '';
  const headers = username === '' ? {} : { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
  return { url: url.href.replace(/\/+$/, ''), headers };
}

/**
 * Where the file of a wheel is, by the page of its project (https://peps.python.org/pep-0503/, which every mirror
 * serves). Throws `unavailable` if the index does not answer, `not_found` if it does not have the file.
 */
export async function findInIndex(wheel: Wheel, index: Index, signal: AbortSignal): Promise<URL> {
  const page = `${index.url}/${wheel.project}/`;
  const answer = await ask(page, index, signal);
  if (!answer.ok && answer.status !== 404) {
    throw new SlipwayError('unavailable', `${page} answered ${answer.status}: look at --index.`);
  }
  const html = answer.ok ? await answer.text() : '';
  for (const [, href = ''] of html.matchAll(HREF)) {
    const url = new URL(href.replaceAll('&amp;', '&'), answer.url);
    url.hash = '';
    if (decodeURIComponent(url.pathname.split('/').at(-1) ?? '') === wheel.file) return url;
  }
  throw new SlipwayError('not_found', `${index.url} does not have ${wheel.file}: name another with --index.`);
}

async function ask(page: string, { headers }: Index, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(page, {
      headers: { ...headers, accept: 'text/html' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new SlipwayError(
      'unavailable',
      `${page} cannot be reached (${reasonOf(cause)}): name a mirror with --index, or bring the files from a machine with a network and name their folder with --from.`,
      { cause },
    );
  }
}
