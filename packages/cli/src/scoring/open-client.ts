import { SlipwayError } from '@slipway/contract';
import type { NodeTensorClient, Protocol, ScoreOptions, Webservice } from '@slipway/sdk';

/** Which client is wanted, as the command line says it. */
export interface ClientChoice {
  readonly protocol?: Protocol | undefined;
  readonly grpc?: true | undefined;
  readonly output?: string | undefined;
  readonly model?: string | undefined;
  readonly version?: string | undefined;
  /** A call that was not run may be tried again. */
  readonly mayRepeat: boolean;
}

/** A client of the service, over the transport that was chosen. */
export async function openClient(service: Webservice, choice: ClientChoice): Promise<NodeTensorClient> {
  return choice.grpc ? await openGrpcClient(service, choice) : openHttpClient(service, choice);
}

export function openHttpClient(service: Webservice, choice: ClientChoice) {
  return service.client({ protocol: choice.protocol, retry: retryOf(choice) });
}

export async function openGrpcClient(service: Webservice, choice: ClientChoice): Promise<NodeTensorClient> {
  const { protocol = 'oip' } = choice;
  if (protocol !== 'azure') return await service.grpcClient({ protocol, retry: retryOf(choice) });
  throw new SlipwayError(
    'invalid_argument',
    '--grpc needs --protocol tfserving or oip: /score is HTTP alone.',
    { details: { field: 'protocol' } },
  );
}

function retryOf({ mayRepeat }: ClientChoice) {
  return mayRepeat ? undefined : { attempts: 1 };
}

/** What each call of that client says. */
export function callOptions({ model, version, output, grpc, protocol }: ClientChoice): ScoreOptions {
  const spoken = protocol ?? (grpc ? 'oip' : 'azure');
  // A body of /score says for itself which outputs it wants.
  const outputs = output === undefined || spoken === 'azure' ? undefined : [output];
  return { model, version, outputs };
}
