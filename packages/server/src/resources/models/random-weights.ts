import { buffer } from 'node:stream/consumers';
import { randomWeightsOf, WEIGHTS_PROPERTY } from '@slipway/contract';
import type { ModelFile } from '@slipway/contract/api';
import { type MetadataSource, readMetadata } from '@slipway/graph/metadata';
import type { Blobs } from '@slipway/oci';
import { refuseProblems } from '../field-problems.ts';

type Reader = Pick<Blobs, 'read'>;

/** What the ONNX files among those of a model say of their weights, if nobody trained them. */
export async function readRandomWeights(
  blobs: Reader,
  files: readonly ModelFile[],
): Promise<string | undefined> {
  const said: (string | undefined)[] = [];
  for (const file of files) {
    if (!file.path.toLowerCase().endsWith('.onnx')) continue;
    const metadata = await readMetadata(sourceOf(blobs, file));
    said.push(metadata.get(WEIGHTS_PROPERTY));
  }
  return randomWeightsOf(said);
}

function sourceOf(blobs: Reader, { digest, size }: ModelFile): MetadataSource {
  return {
    size,
    read: async (offset, length) => {
      if (length === 0) return new Uint8Array();
      return await buffer(await blobs.read(digest, { start: offset, end: offset + length - 1 }));
    },
  };
}

/** What a model is to say of its weights, nobody says but its files. Throws `invalid_argument`. */
export function refuseOtherWeights(
  field: string,
  asked: Readonly<Record<string, string>> | undefined,
  own: string | undefined,
): void {
  const wanted = asked?.[WEIGHTS_PROPERTY];
  if (wanted === undefined || wanted === own) return;
  const message = 'is set by the server, from what the files of the model say, and by nobody else';
  refuseProblems([{ field: `${field}.${WEIGHTS_PROPERTY}`, message }]);
}
