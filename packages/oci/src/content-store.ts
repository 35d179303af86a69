import type { Readable } from 'node:stream';
import type { BlobUpload, ModelFile } from '@slipway/contract/api';
import type { ByteStream } from './durable-file.ts';

/** Bytes that are in the store. */
export interface BlobDescriptor {
  /** `sha256:` and 64 lowercase hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** The first and the last byte that are wanted, both counted from 0 and both included, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Files by the digest of their bytes. */
export interface Blobs {
  /** What is there under this digest; reads no byte of it. */
  stat(digest: string): Promise<BlobDescriptor | undefined>;
  /** Like `stat`, but for whoever is going to name the blob in a manifest: begins its grace anew. */
  claim(digest: string): Promise<BlobDescriptor | undefined>;
  /**
   * The bytes. A full read is verified on its way: bytes that do not match their digest end in `corrupt` before the last
   * chunk is given out. Throws `not_found`, and `invalid_argument` for a range that the blob does not have.
   */
  read(digest: string, range?: ByteRange): Promise<Readable>;
  /** Stores a stream. Throws `payload_too_large` and `storage_full`, and then nothing is left of it. */
  write(chunks: ByteStream): Promise<BlobDescriptor>;
}

/** Uploads that can be gone on with after a broken connection or a restart. */
export interface Uploads {
  begin(): Promise<Upload>;
  /** Throws `not_found` if there is no such upload, or it has ended or expired. */
  open(id: string): Promise<Upload>;
}

/** One upload as it stood when it was opened. */
export interface Upload {
  readonly status: BlobUpload;
  /**
   * Adds bytes at `offset`; what it answers for is on disk. A stream that breaks leaves what had arrived; `payload_too_large`
   * and `storage_full` leave the upload as it was. Throws `conflict` with `details.offset` for another offset than the
   * upload's, or while another request works on the upload.
   */
  append(offset: number, chunks: ByteStream): Promise<BlobUpload>;
  /** Makes it a blob. Throws `invalid_argument`, and removes the upload, if its bytes have another digest. */
  finish(digest: string): Promise<BlobDescriptor>;
  /** Removes it. */
  abort(): Promise<void>;
}

/** A model as an OCI artifact. */
export interface PackedModel {
  /** By path. */
  readonly files: readonly ModelFile[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Models made of blobs. */
export interface Manifests {
  /**
   * Writes the manifest of blobs that are in the store; the same files and annotations give the same digest. Begins the grace
   * of manifest and blobs anew. Throws `conflict` with `details.missing` when blobs are not there, and `invalid_argument` for
   * unsafe or repeated paths and wrong sizes.
   */
  packModel(model: {
    files: readonly ModelFile[];
    annotations?: Readonly<Record<string, string>>;
  }): Promise<BlobDescriptor>;
  /** Reads a manifest back, verified. Throws `not_found`, `corrupt`, and `invalid_model` if it is no model. */
  readModel(digest: string): Promise<PackedModel>;
  /**
   * Makes `target` a folder with the model's files, each verified: hard links to the blobs, or copies where the system cannot
   * link. The folder appears complete or not at all; one that is there and matches is left alone, any other is replaced.
   */
  checkout(digest: string, target: string): Promise<void>;
}

/** What is to stay, and how long the rest stays at least. */
export interface CollectOptions {
  /** Digests of all manifests in use, read not earlier than `graceMs` before the call. */
  readonly keep: Iterable<string>;
  readonly graceMs: number;
}

export interface Collected {
  readonly blobs: number;
  readonly bytes: number;
  readonly uploads: number;
}

/** Care of the store. */
export interface Maintenance {
  /** Reads a blob through. Throws `not_found` or `corrupt`. */
  verify(digest: string): Promise<void>;
  /**
   * Removes blobs that no kept manifest names and that nobody wrote, claimed or packed within the grace; expired uploads; and
   * what crashes left. Throws, and removes no blob, if a kept manifest cannot be read, because its blobs are then unknown.
   */
  collect(options: CollectOptions): Promise<Collected>;
}

/**
 * A content-addressed store. One process may have it open at a time.
 *
 * A blob cannot vanish between its upload and its registration: `finish`, `claim` and `packModel` each begin its grace anew,
 * by its modification time and under the lock that `collect` takes for each removal. Whoever registers a model packs it,
 * commits its digest within the grace, and reads `keep` from what is committed.
 */
export interface ContentStore {
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly manifests: Manifests;
  readonly maintenance: Maintenance;
}
