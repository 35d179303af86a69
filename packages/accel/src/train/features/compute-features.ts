import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SlipwayError } from '@slipway/contract';
import type { ImageFile } from '../../samples/find-images.ts';
import { mapInOrder } from '../../samples/map-in-order.ts';
import { isUnreadable } from '../../samples/prepare-images.ts';
import { DECODED_AT_ONCE, imageDecoder, readImage } from '../../samples/read-image.ts';
import { openFeatureCache } from './feature-cache.ts';
import { createFeaturePool } from './feature-pool.ts';
import { type Featurizer, writeFeaturizer } from './featurizer.ts';
import { planThreads } from './plan-threads.ts';

/** The features of an image. */
export interface ImageFeatures<Image extends FileOfImage> {
  readonly image: Image;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly features: Float32Array<ArrayBuffer>;
}

export interface FileOfImage {
  readonly file: ImageFile;
}

/** How far it is. */
export interface FeatureProgress {
  readonly done: number;
  readonly total: number;
  /** Of those done: whose features were in the cache. */
  readonly cached: number;
  /** Of those done: whose features in the cache were corrupt, and were computed anew. */
  readonly corrupt: number;
}

export interface FeatureOptions {
  /** A folder where features are kept; without it they are not. */
  readonly cache: string | undefined;
  /** Threads that compute, all together. Default: as many as there are cores. */
  readonly threads?: number | undefined;
  /** Where given, an image that cannot be read or decoded is told and passed over. */
  readonly onUnreadable?: ((file: ImageFile, error: SlipwayError) => void) | undefined;
  readonly onProgress?: ((progress: FeatureProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ComputedFeatures<Image extends FileOfImage> extends FeatureProgress {
  /** In the order of the images, without those that are unreadable. */
  readonly images: readonly ImageFeatures<Image>[];
  /** Of the featurizer, with all that features follow from. */
  readonly digest: string;
}

/** Half of what is free: the rest is for images, features, and others. */
const MEMORY_SHARE = 0.5;

/**
 * Computes the features of images: threads run the model while images ahead are read and decoded. What an earlier run
 * with the same cache computed is not computed again. Throws `invalid_argument`, which names the
 * file, for an unreadable image and for features that are not finite, what the cache says, and the signal's reason.
 */
export async function computeFeatures<Image extends FileOfImage>(
  featurizer: Featurizer,
  images: readonly Image[],
  { cache: folder, threads = availableParallelism(), onUnreadable, onProgress, signal }: FeatureOptions,
): Promise<ComputedFeatures<Image>> {
  await using file = await writeFeaturizer(featurizer, signal);
  const { preprocessing, output } = featurizer;
  const plan = planThreads(threads, file.bytes, process.availableMemory() * MEMORY_SHARE);
  const start = { path: file.path, input: preprocessing.input, output, threads: plan.threadsOfRun };
  await using pool = createFeaturePool(start, plan.sessions);
  const cache = folder === undefined ? undefined : openFeatureCache(folder, file.digest);
  const decode = imageDecoder(preprocessing);
  const counts = { done: 0, total: images.length, cached: 0, corrupt: 0 };
  const computed: ImageFeatures<Image>[] = [];

  /** Nothing but reading and decoding is the image's fault. */
  async function unlessUnreadable<T>(work: Promise<T>): Promise<T | SlipwayError> {
    return await work.catch((thrown: unknown) => {
      if (onUnreadable === undefined || !isUnreadable(thrown)) throw thrown;
      return thrown;
    });
  }

  async function compute(image: Image, ending: AbortSignal) {
    const bytes = await unlessUnreadable(readImage(image.file, ending));
    if (bytes instanceof SlipwayError) return { image, error: bytes };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const kept = await cache?.get(sha256);
    if (kept instanceof Float32Array) return { image, sha256, features: kept, kept: 'whole' as const };
    const pixels = await unlessUnreadable(decode(image.file, bytes, ending));
    if (pixels instanceof SlipwayError) return { image, error: pixels };
    const features = await pool.run(pixels, ending);
    checkFinite(image.file, features);
    await cache?.put(sha256, features);
    return { image, sha256, features, kept };
  }

  const concurrency = plan.sessions * 2 + DECODED_AT_ONCE;
  for await (const made of mapInOrder(images, compute, { concurrency, signal })) {
    counts.done += 1;
    if ('error' in made) onUnreadable?.(made.image.file, made.error);
    else {
      if (made.kept === 'whole') counts.cached += 1;
      if (made.kept === 'corrupt') counts.corrupt += 1;
      if (computed.length === 0) checkRoom(images.length, made.features.length);
      computed.push({ image: made.image, sha256: made.sha256, features: made.features });
    }
    onProgress?.({ ...counts });
  }
  return { ...counts, images: computed, digest: file.digest };
}

/** Features are held as they come, as a matrix, and standardized. */
const COPIES = 3;

function checkRoom(images: number, features: number): void {
  const [needed, free] = [COPIES * 4 * images * features, process.availableMemory()];
  if (needed <= free) return;
  throw new SlipwayError(
    'invalid_argument',
    `${images} images with ${features} features each take ${needed} bytes of memory, and ${free} are free. Train with fewer images, or take features that are fewer numbers (featureTensor).`,
    { details: { needed, free } },
  );
}

function checkFinite({ path }: ImageFile, features: Float32Array): void {
  if (features.every(Number.isFinite)) return;
  throw new SlipwayError(
    'invalid_argument',
    `${path}: the featurizer answers with numbers that are not finite. Are its weights those of this network?`,
    { details: { path } },
  );
}
