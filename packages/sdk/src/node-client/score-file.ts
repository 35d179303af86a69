import { readFile } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';
import type { ImageOptions, Prediction, PredictionClient, TensorClient } from '../prediction/types.ts';

/** What a client can do where there are files. */
export interface FileScoring {
  /** Sends a file as it is: an encoded image for a model that takes such. Throws `invalid_argument` if it cannot be read. */
  scoreFile(path: string, options?: ImageOptions): Promise<Prediction>;
}

/** A client in Node, over HTTP. */
export type NodePredictionClient = PredictionClient & FileScoring;

/** A client in Node, over any transport. */
export type NodeTensorClient = TensorClient & FileScoring;

export function withFiles<C extends TensorClient>(client: C): C & FileScoring {
  return {
    ...client,
    async scoreFile(path, options) {
      return await client.scoreImages(await readImage(path), options);
    },
  };
}

/** Reads a file that is to be scored. Throws `invalid_argument` if it cannot be read. */
export async function readImage(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SlipwayError('invalid_argument', `The file to score cannot be read: ${reason}.`, {
      details: { field: 'path' },
      cause,
    });
  }
}
