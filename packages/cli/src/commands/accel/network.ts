import type { CatalogueName } from '@slipway/accel';
import { SlipwayError } from '@slipway/contract';

/** A network that was named. Throws `invalid_argument`, which lists those that there are. */
export async function requireNetwork(name: string): Promise<CatalogueName> {
  const { CATALOGUE_NAMES, isCatalogueName } = await import('@slipway/accel');
  if (isCatalogueName(name)) return name;
  throw new SlipwayError(
    'invalid_argument',
    `There is no accelerated network "${name}": there are ${CATALOGUE_NAMES.join(', ')}.`,
    { details: { field: 'network', networks: CATALOGUE_NAMES } },
  );
}
