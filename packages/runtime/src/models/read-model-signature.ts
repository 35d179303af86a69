import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DeclaredDetector,
  type DeclaredLabels,
  type Detector,
  type ImageInput,
  MAX_SIGNATURE_BYTES,
  SIGNATURE_FILE,
  SlipwayError,
} from '@slipway/contract';
import { signatureMisfit } from './check-declared.ts';

/** What the files beside a model say of it. */
export interface DeclaredSignature {
  readonly images: readonly ImageInput[];
  /** The names of the classes of an output, by the output's name. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** The file that they stand in, where that is one of their own, by the output's name. */
  readonly labelFiles: ReadonlyMap<string, string>;
  /** Absent: callers get the outputs as the model gives them. */
  readonly detections?: DeclaredDetections | undefined;
}

export interface DeclaredDetections {
  readonly detector: Detector;
  /** The names of the classes, that of the background first. */
  readonly labels: readonly string[] | undefined;
}

/**
 * What the signature file in this folder says, with the labels that stand in files beside it, or `undefined` if there is
 * none. Throws `invalid_model` with every problem and the path of its field.
 */
export async function readModelSignature(folder: string): Promise<DeclaredSignature | undefined> {
  const bytes = readSmallFile(folder, SIGNATURE_FILE);
  if (bytes === undefined) return undefined;
  // Most models have no such file, and then start without the code that checks it.
  const { detectorLabelProblems, parseLabels, parseModelSignatureText } = await import(
    '@slipway/contract/api'
  );
  const { images, labels, detections } = parseModelSignatureText(bytes.toString('utf8'), SIGNATURE_FILE);
  const readLabels = (field: string, told: DeclaredLabels) => {
    if (!('file' in told)) return told;
    const lines = readSmallFile(folder, told.file);
    if (lines !== undefined) return parseLabels(lines, told.file);
    throw unreadable(told.file, `it is not there, but ${field}.labelsFile of ${SIGNATURE_FILE} names it`);
  };
  const readDetections = ({ labels: told, ...detector }: DeclaredDetector): DeclaredDetections => {
    const names = told && readLabels('detections', told);
    const problems = names === undefined ? [] : detectorLabelProblems(names.length, detector.layout);
    if (problems.length > 0) throw signatureMisfit(problems);
    return { detector, labels: names };
  };
  return {
    images,
    ...(detections !== undefined && { detections: readDetections(detections) }),
    labels: new Map(
      labels.map(({ output, labels: told }) => [output, readLabels(`outputs.${output}`, told)]),
    ),
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
