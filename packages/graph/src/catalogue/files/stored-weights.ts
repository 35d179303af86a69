import type { Bytes } from '../../onnx/bytes.ts';

/** A tensor of a file of weights. */
export interface StoredTensor {
  /** As TensorFlow names it: `float32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its elements, little endian: where they lie in the file, or in memory. Throws `GraphError`. */
  readonly load: (signal?: AbortSignal) => Promise<Bytes>;
}

/** A file of weights. Where tensors lie in it stays good after it is closed, while the file is as it was. */
export interface StoredWeights extends AsyncDisposable {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Of a model that was built here: what its metadata says. */
  readonly built?: { readonly layout: string; readonly origin: string } | undefined;
}
