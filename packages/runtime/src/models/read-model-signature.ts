import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ImageInput,
  type LabelledOutput,
  MAX_SIGNATURE_BYTES,
  SIGNATURE_FILE,
  SlipwayError,
} from '@slipway/contract';

/** What the files beside a model say of it. */
export interface DeclaredSignature {
  readonly images: readonly ImageInput[];
  /** The names of the classes of an output, by the output's name. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** The file that they stand in, where that is one of their own, by the output's name. */
  readonly labelFiles: ReadonlyMap<string, string>;
}

/**
 * What the signature file in this folder says, with the labels that stand in files beside it, or `undefined` if there is
 * none. Throws `invalid_model` with every problem and the path of its field.
 */
export async function readModelSignature(folder: string): Promise<DeclaredSignature | undefined> {
  const bytes = readSmallFile(folder, SIGNATURE_FILE);
  if (bytes === undefined) return undefined;
  // Most models have no such file, and then start without the code that checks it.
  const { parseLabels, parseModelSignatureText } = await import('@slipway/contract/api');
  const { images, labels } = parseModelSignatureText(bytes.toString('utf8'), SIGNATURE_FILE);
  const readLabels = ({ output, labels: told }: LabelledOutput) => {
    if (!('file' in told)) return told;
    const lines = readSmallFile(folder, told.file);
    if (lines !== undefined) return parseLabels(lines, told.file);
    throw unreadable(
      told.file,
      `it is not there, but outputs.${output}.labelsFile of ${SIGNATURE_FILE} names it`,
    );
  };
  return {
    images,
    labels: new Map(labels.map((one) => [one.output, readLabels(one)])),
    labelFiles: new Map(
      labels.flatMap(({ output, labels: told }) => ('file' in told ? [[output, told.file]] : [])),
    ),
  };
}

function readSmallFile(folder: string, file: string): Buffer | undefined {
  const path = join(folder, file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile()) throw unreadable(file, 'it is no file');
  if (stat.size > MAX_SIGNATURE_BYTES) {
    throw unreadable(file, `it has ${stat.size} bytes, more than ${MAX_SIGNATURE_BYTES}`);
  }
  return readFileSync(path);
}

function unreadable(file: string, reason: string): SlipwayError {
  return new SlipwayError('invalid_model', `${file} cannot be read: ${reason}.`, { details: { file } });
}
