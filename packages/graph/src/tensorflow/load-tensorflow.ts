import { loadKerasArchive, loadKerasHdf5 } from '../keras/load-keras.ts';
import { loadCheckpoint, loadFrozenGraph } from './graph-files.ts';
import type { TensorFlowModel } from './model.ts';
import { recognise } from './recognise.ts';
import { loadSavedModel } from './saved-model.ts';

/**
 * Reads the TensorFlow model at `path`: the folder of a SavedModel, a checkpoint of TensorFlow 1 by its folder, its
 * prefix or any of its files, a frozen graph, or a file of Keras (`.keras`, `.h5`). Graphs are in memory when it
 * resolves, variables are read one by one from their open files; dispose of the model to close them. Throws
 * `GraphError`, `unsupported` with the way round for what is not read.
 */
export async function loadTensorFlow(path: string): Promise<TensorFlowModel> {
  const found = await recognise(path);
  switch (found.format) {
    case 'saved-model':
      return loadSavedModel(found.folder);
    case 'checkpoint':
      return loadCheckpoint(found.prefix);
    case 'frozen-graph':
      return loadFrozenGraph(found.file);
    case 'keras-archive':
      return loadKerasArchive(found.file);
    case 'keras-hdf5':
      return loadKerasHdf5(found.file);
  }
}
