import { type Detection, detectObjects, type NodeTensorClient, type Webservice } from '@slipway/sdk';
import { type ClientChoice, callOptions, openClient } from '../scoring/open-client.ts';

export interface DetectChoice extends ClientChoice {
  readonly input?: string | undefined;
  /** The score that must be exceeded; the SDK's default when left out. */
  readonly threshold?: number | undefined;
  /** Names of the classes instead of those that the service declares. */
  readonly labels?: readonly string[] | undefined;
}

/** What a service with a detector's raw outputs sees in one image, best first. */
export async function detectInImage(
  service: Webservice,
  image: Uint8Array<ArrayBuffer>,
  choice: DetectChoice,
): Promise<readonly Detection[]> {
  const client = await openClient(service, choice);
  try {
    const call = callOptions(choice);
    const { outputs } = await client.scoreImages(image, { ...call, inputName: choice.input });
    const labels = choice.labels ?? (await declaredLabels(client, choice));
    const [found = []] = detectObjects(Object.values(outputs), { selectThreshold: choice.threshold, labels });
    return found;
  } finally {
    client.close();
  }
}

/** Those of an output of logits; its service names them once for all. */
async function declaredLabels(
  client: NodeTensorClient,
  choice: ClientChoice,
): Promise<readonly string[] | undefined> {
  const { outputs } = await client.describe(callOptions(choice));
  return outputs.find(({ labels }) => labels !== undefined)?.labels;
}
