import {
  type Detection,
  detectObjects,
  type NodeTensorClient,
  readDetections,
  type Tensor,
  type Webservice,
} from '@slipway/sdk';
import { type ClientChoice, callOptions, openClient } from '../scoring/open-client.ts';

export interface DetectChoice extends ClientChoice {
  readonly input?: string | undefined;
  /** The score that must be exceeded; when left out the SDK's default, or what the service has. */
  readonly threshold?: number | undefined;
  /** Names of the classes instead of those that the service declares. */
  readonly labels?: readonly string[] | undefined;
}

/** What the detector of a service sees in one image, best first. */
export async function detectInImage(
  service: Webservice,
  image: Uint8Array<ArrayBuffer>,
  choice: DetectChoice,
): Promise<readonly Detection[]> {
  const client = await openClient(service, choice);
  try {
    const call = callOptions(choice);
    const { outputs } = await client.scoreImages(image, { ...call, inputName: choice.input });
    const [found = []] = await foundIn(Object.values(outputs), client, choice);
    return found;
  } finally {
    client.close();
  }
}

/** What the service found, or else what its raw outputs say. */
async function foundIn(
  outputs: readonly Tensor[],
  client: NodeTensorClient,
  choice: DetectChoice,
): Promise<readonly (readonly Detection[])[]> {
  const options = { selectThreshold: choice.threshold, labels: choice.labels };
  const told = readDetections(outputs, options);
  if (told !== undefined) return told;
  const labels = choice.labels ?? (await declaredLabels(client, choice));
  return detectObjects(outputs, { ...options, labels });
}

/** Those of an output of logits; its service names them once for all. */
async function declaredLabels(
  client: NodeTensorClient,
  choice: ClientChoice,
): Promise<readonly string[] | undefined> {
  const { outputs } = await client.describe(callOptions(choice));
  return outputs.find(({ labels }) => labels !== undefined)?.labels;
}
