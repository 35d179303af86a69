import { type OnnxModel, setMetadata } from '@slipway/graph/onnx';

/** Where pipelines name the tensors between featurizer and head. */
const FEATURES = 'slipway.features';

/** The model without the names of features where an optimizer has left none of that name. */
export function withTrueFeatures(model: OnnxModel): OnnxModel {
  const said = model.metadata.find(({ key }) => key === FEATURES)?.value;
  if (said === undefined) return model;
  const made = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  return isTrue(said, made) ? model : setMetadata(model, { [FEATURES]: undefined });
}

function isTrue(text: string, made: ReadonlySet<string>): boolean {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => made.has(name));
  } catch {
    return false;
  }
}
