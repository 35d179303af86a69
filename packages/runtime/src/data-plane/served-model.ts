import { type LoadedModel, SlipwayError, type Tensor } from '@slipway/contract';
import type { DetectionOutputs } from '../detection/detection-outputs.ts';
import { fitInputs, quoteAll } from '../models/fit-inputs.ts';
import type { Lane } from '../scheduling/job.ts';
import type { InferRequest, InferResponse } from './data-plane.ts';
import type { ImageInputs } from './image-inputs.ts';

/** A version that is ready, from the tensors of a caller to its outputs. */
export interface ServedModel {
  readonly loaded: LoadedModel;
  /** Checks the request against the signature and runs it; rejects as `DataPlane.infer` does. */
  submit(request: InferRequest): Promise<InferResponse>;
  load(): { readonly inFlight: number; readonly queued: number };
  /** Refuses what waits and whatever comes; what runs goes on. */
  refuse(error: SlipwayError): void;
  /** Finishes what it has and frees its engines and threads. Nothing may be submitted after it. */
  close(): Promise<void>;
}

/** What is done before and after a run, where a model declares it. */
export interface AroundRuns {
  /** Callers send some of the inputs as encoded images. */
  readonly images?: ImageInputs | undefined;
  /** Callers get what a detector found. */
  readonly detections?: DetectionOutputs | undefined;
}

/** Opens the way to a lane. */
export function createServedModel(
  loaded: LoadedModel,
  lane: Lane,
  { images, detections }: AroundRuns = {},
): ServedModel {
  const { signature } = loaded;
  const outputNames = signature.outputs.map((spec) => spec.name);
  let preparing = 0;
  let whenPrepared: (() => void) | undefined;

  const runLane = (request: InferRequest, inputs: readonly Tensor[], outputs: readonly string[]) =>
    new Promise<InferResponse>((resolve, reject) => {
      const { signal, priority, timeoutMs, client } = request;
      const arrivedAt = performance.now();
      lane.submit({ inputs, outputs, arrivedAt, signal, priority, timeoutMs, client, resolve, reject });
    });

  const runDetector = async (
    { asked, finish }: DetectionOutputs,
    request: InferRequest,
    inputs: readonly Tensor[],
    wanted: readonly string[],
  ) => {
    const answered = await runLane(request, inputs, asked);
    return { ...answered, outputs: finish(answered.outputs, wanted) };
  };

  const run = (request: InferRequest, inputs: readonly Tensor[], outputs: readonly string[]) =>
    detections === undefined
      ? runLane(request, inputs, outputs)
      : runDetector(detections, request, inputs, outputs);

  async function runOnImages(
    { toTensors }: ImageInputs,
    request: InferRequest,
    given: readonly Tensor[],
    outputs: readonly string[],
  ) {
    preparing += 1;
    try {
      // Not awaited: once it is submitted, the lane knows of it.
      return run(request, await toTensors(given, request), outputs);
    } finally {
      preparing -= 1;
      if (preparing === 0) whenPrepared?.();
    }
  }

  return {
    loaded,
    submit(request) {
      const inputs = fitInputs(signature, request.inputs);
      if (inputs instanceof SlipwayError) return Promise.reject(inputs);
      const outputs = chooseOutputs(outputNames, request.outputs);
      if (outputs instanceof SlipwayError) return Promise.reject(outputs);
      if (images === undefined) return run(request, inputs, outputs);
      return runOnImages(images, request, inputs, outputs);
    },
    load() {
      const { inFlight, queued } = lane.load();
      return { inFlight, queued: queued + preparing };
    },
    refuse: (error) => lane.refuse(error),
    async close() {
      if (preparing > 0) await new Promise<void>((resolve) => (whenPrepared = resolve));
      await lane.close();
    },
  };
}

function chooseOutputs(
  all: readonly string[],
  wanted: readonly string[] | undefined,
): readonly string[] | SlipwayError {
  if (wanted === undefined || wanted.length === 0) return all;
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length === 0) return wanted;
  return new SlipwayError(
    'invalid_argument',
    `The model has no output ${quoteAll(unknown)}; it has ${quoteAll(all)}.`,
    { details: { unknown, outputs: all } },
  );
}
