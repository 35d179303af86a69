import { SlipwayError } from '@slipway/contract';

/** The page is a few hundred lines; a gateway that takes longer has other worries. */
const TIMEOUT_MS = 10_000;

/**
 * Mean milliseconds of a request to the service, as its gateway has counted them since it started: from its headers to the
 * end of its answer. Throws `failed_precondition` where it counted none.
 */
export async function measuredRequestMs(scoringUri: string, service: string): Promise<number> {
  const page = await fetch(new URL('/metrics', scoringUri), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await page.text();
  const value = (name: string) => {
    const line = text.split('\n').find((one) => one.startsWith(`${name}{service="${service}"} `));
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
  };
  const seconds = value('slipway_gateway_request_duration_seconds_sum');
  const count = value('slipway_gateway_request_duration_seconds_count');
  if (count > 0) return (seconds / count) * 1000;
  throw new SlipwayError(
    'conflict',
    `No request to ${service} was counted yet, so that nobody knows how long one takes: send it some, or say --request-ms.`,
    { details: { service } },
  );
}
