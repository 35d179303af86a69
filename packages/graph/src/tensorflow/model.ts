import type {
  FunctionDef,
  NodeDef,
  OpDef,
  SavedObjectGraph,
  TensorInfo,
} from '../generated/tensorflow/tensorflow_pb.ts';
import type { Checkpoint } from './bundle/checkpoint.ts';

/** The kinds of file that a TensorFlow model is read from. */
export type TensorFlowFormat = 'saved-model' | 'checkpoint' | 'frozen-graph' | 'keras';

/** A graph as TensorFlow wrote it. Nodes stand in no order; `inputs` name others as `node`, `node:1` or `^node`. */
export interface TensorFlowGraph {
  readonly nodes: readonly NodeDef[];
  /** The function library, by the functions' names. */
  readonly functions: ReadonlyMap<string, FunctionDef>;
  /** The version of GraphDef that it was written in: defaults of attributes have changed with it. */
  readonly producer: number;
}

/** One entry point of a model: its keys are names of arguments, not of tensors. */
export interface SignatureDefinition {
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
  /** `tensorflow/serving/predict` for most. */
  readonly method: string;
}

/** A file that came with the model, such as a vocabulary. */
export interface Asset {
  /** Where it stands. It lies in the model's `assets` folder and is there. */
  readonly path: string;
  /** The tensor that is to hold its path. */
  readonly tensor: string;
}

/** One graph of a model with what belongs to it. A SavedModel may have several, told apart by their tags. */
export interface MetaGraph {
  readonly tags: readonly string[];
  readonly graph: TensorFlowGraph;
  readonly signatures: ReadonlyMap<string, SignatureDefinition>;
  /** What ops look like that the graph uses, as far as the file says: a bare graph says nothing. */
  readonly ops: ReadonlyMap<string, OpDef>;
  readonly assets: readonly Asset[];
  /** The objects of TensorFlow 2 and what its functions capture of them. */
  readonly objects: SavedObjectGraph | undefined;
  /** The node that restores variables from a checkpoint; absent where there is none. */
  readonly restoreOp: string | undefined;
  /** The version of TensorFlow that wrote it, where it says so. */
  readonly tensorflow: string | undefined;
}

/** A TensorFlow model that was read, with its variables open. */
export interface TensorFlowModel extends AsyncDisposable {
  readonly format: TensorFlowFormat;
  /** The file that the graph was read from. */
  readonly file: string;
  /** At least one. */
  readonly metaGraphs: readonly MetaGraph[];
  /** The values of variables; `null` where the model has none beside its graph. */
  readonly variables: Checkpoint | null;
}
