import { availableParallelism } from 'node:os';
import type { ReplicaLimits } from '@slipway/contract';

/** Bounds of what images of callers may cost. */
export interface ImageLimits {
  /** Bytes of one encoded image. */
  readonly maxImageBytes: number;
  /** Pixels of one image, and of what it is scaled to. */
  readonly maxPixels: number;
  /** Bytes of the tensor that the images of one request become. */
  readonly maxTensorBytes: number;
  /** Images that are decoded at once; each takes 3 bytes a pixel, 4 in CMYK. */
  readonly concurrency: number;
  /** Requests whose images are decoded or wait for it. */
  readonly maxRequests: number;
  /** Time for all images of one request, the wait for their turn included. */
  readonly timeoutMs: number;
}

/** The PNG of a camera's largest picture. */
const MAX_IMAGE_BYTES = 50_000_000;

/** A camera's 24 megapixels, which are 75 MB when decoded. */
const MAX_PIXELS = 25_000_000;

/** 445 images of 224 x 224 as FP32. */
const MAX_TENSOR_BYTES = 268_435_456;

/** Threads that Node keeps for such work; what is beyond waits for them anyway, and file access with it. */
const LIBUV_THREADS = 4;

/** As many at once as there is anybody to decode them. */
function atOnce(cpuCores: number): number {
  return Math.min(Math.ceil(cpuCores), availableParallelism(), LIBUV_THREADS);
}

/** The bounds of images in this machine's own files, for whoever reads them one by one: those of a replica, without a queue. */
export const FILE_IMAGE_LIMITS: ImageLimits = Object.freeze({
  maxImageBytes: MAX_IMAGE_BYTES,
  maxPixels: MAX_PIXELS,
  maxTensorBytes: MAX_TENSOR_BYTES,
  concurrency: atOnce(LIBUV_THREADS),
  maxRequests: Number.MAX_SAFE_INTEGER,
  // The most that the decoder takes; whoever reads has limits of its own.
  timeoutMs: 3_600_000,
});

/** The bounds of a replica. */
export function imageLimits(limits: ReplicaLimits, cpuCores: number): ImageLimits {
  return Object.freeze({
    maxImageBytes: MAX_IMAGE_BYTES,
    maxPixels: MAX_PIXELS,
    maxTensorBytes: MAX_TENSOR_BYTES,
    concurrency: atOnce(cpuCores),
    maxRequests: Math.max(1, limits.maxQueueLength),
    timeoutMs: limits.scoringTimeoutMs,
  });
}
