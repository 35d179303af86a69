import type { Webservice } from '@slipway/sdk';
import type { LocalContext } from '../../command-line/perform.ts';
import { describeBegun } from '../../output/deployed.ts';
import { showOperation } from '../../output/operation-progress.ts';
import { serviceTable } from '../../output/service.ts';

/** Waits for a change that has begun, unless told not to, and prints what the service is then. */
export async function finishChange(
  service: Webservice,
  what: string,
  flags: { readonly wait: boolean; readonly timeout?: number | undefined },
  { output, progress }: LocalContext,
): Promise<void> {
  if (!flags.wait) return output.result(service.toJSON(), () => describeBegun(service));
  await service.waitForDeployment({ timeoutSec: flags.timeout, onProgress: showOperation(progress, what) });
  output.result(service.toJSON(), (resource) => serviceTable([resource]));
}
