import { SlipwayError } from '@slipway/contract';
import type { ServiceContext } from './service-context.ts';

/** What the protocols for models say of a service that has a script in front of its models. */
export function runsScript({ service }: Pick<ServiceContext, 'service'>): SlipwayError {
  return new SlipwayError(
    'not_found',
    `Service "${service}" runs an entry script, which answers at /score alone; it serves no model by this protocol.`,
  );
}
