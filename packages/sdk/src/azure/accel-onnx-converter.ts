import { Model } from '../model.ts';
import type { ConvertOptions } from '../model-conversion.ts';
import type { Workspace } from '../workspace.ts';
import { ConversionRequest } from './conversion-request.ts';

/** What may be said beside Azure's own parameters. */
export interface ConvertTfModelOptions extends Omit<ConvertOptions, 'inputs' | 'outputs'> {
  /** Taken and without effect: what comes of it runs on whatever ONNX Runtime does. */
  readonly requireFpgaConversion?: boolean | undefined;
}

/** Conversions as in Azure's library of accelerated models. */
export const AccelOnnxConverter = Object.freeze({
  /**
   * Begins to convert a model, or the model with an id, between tensors that are named as in TensorFlow (`images:0`); several
   * stand in one text, with commas. Throws `not_found`, `invalid_argument`.
   */
  async convertTfModel(
    workspace: Workspace,
    sourceModel: Model | string,
    inputNode: string,
    outputsNodes: string,
    { requireFpgaConversion: _none, ...options }: ConvertTfModelOptions = {},
  ): Promise<ConversionRequest> {
    const { signal } = options;
    const source =
      typeof sourceModel === 'string' ? await Model.get({ workspace, id: sourceModel, signal }) : sourceModel;
    const ends = { inputs: namesIn(inputNode), outputs: namesIn(outputsNodes) };
    return new ConversionRequest(workspace, await source.convert({ ...options, ...ends }));
  },
});

function namesIn(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
