export type {
  BlobDescriptor,
  Blobs,
  ByteRange,
  Collected,
  CollectOptions,
  ContentStore,
  Maintenance,
  Manifests,
  PackedModel,
  Upload,
  Uploads,
} from './content-store.ts';
export { type ByteStream, makeFolder } from './durable-file.ts';
export { type ContentStoreOptions, openContentStore } from './open-content-store.ts';
