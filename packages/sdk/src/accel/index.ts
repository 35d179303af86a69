// Apart from the main entry: whoever does not speak gRPC does not load it.
export { clientFromService } from './client-from-service.ts';
export type { Answer, WantedOutputs } from './outputs.ts';
export {
  type NumpyArray,
  PredictionClient,
  type PredictionClientOptions,
  type ScoreFileOptions,
  type ScoreOptions,
  type ScoreTensorsOptions,
} from './prediction-client.ts';
export type { RawTensor } from './raw-tensor.ts';
