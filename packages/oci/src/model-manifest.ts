import { isSafeRelativePath, SlipwayError } from '@slipway/contract';
import type { ModelFile } from '@slipway/contract/api';
import { canonicalJson, compareText, type JsonValue } from './canonical-json.ts';
import type { BlobDescriptor, PackedModel } from './content-store.ts';

/** Media types and the annotation of the CNCF ModelPack specification, https://github.com/modelpack/model-spec */
const ARTIFACT_TYPE = 'application/vnd.cncf.model.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.cncf.model.config.v1+json';
const RAW_FILE_TYPE = 'application/vnd.cncf.model.weight.v1.raw';
const PATH_ANNOTATION = 'org.cncf.model.filepath';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** Checks and sorts the files of a model. Throws `invalid_argument` naming the field and the path. */
export function checkFiles(files: readonly ModelFile[]): readonly ModelFile[] {
  const names = new Set<string>();
  for (const [index, { path }] of files.entries()) {
    if (!isSafeRelativePath(path))
      throw badFile(index, path, 'must be a relative path inside the model, with "/"');
    if (names.has(path)) throw badFile(index, path, 'stands there twice');
    names.add(path);
  }
  for (const [index, { path }] of files.entries()) {
    const folder = foldersOf(path).find((name) => names.has(name));
    if (folder !== undefined) throw badFile(index, path, `lies in "${folder}", which is itself a file`);
  }
  return files.toSorted((a, b) => compareText(a.path, b.path));
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function badFile(index: number, path: string, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `files[${index}].path "${path.slice(0, 200)}" ${problem}.`, {
    details: { field: `files[${index}].path` },
  });
}

/** The bytes of the config that goes with these files, in order. It has no date, so that equal files make equal bytes. */
export function configBytes(files: readonly ModelFile[]): Buffer {
  return bytesOf({
    descriptor: {},
    config: {},
    modelfs: { type: 'layers', diffIds: files.map((file) => file.digest) },
  });
}

/** The bytes of the manifest of checked files. */
export function manifestBytes(model: PackedModel, config: BlobDescriptor): Buffer {
  const { files, annotations } = model;
  return bytesOf({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: ARTIFACT_TYPE,
    config: { mediaType: CONFIG_TYPE, digest: config.digest, size: config.size },
    layers: files.map((file) => ({
      mediaType: RAW_FILE_TYPE,
      digest: file.digest,
      size: file.size,
      annotations: { [PATH_ANNOTATION]: file.path },
    })),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  });
}

function bytesOf(value: JsonValue): Buffer {
  return Buffer.from(canonicalJson(value), 'utf8');
}

/** A manifest as it was read: the model, and the blob of its config. */
export interface ParsedManifest extends PackedModel {
  readonly config: string;
}

interface RawDescriptor {
  readonly mediaType?: unknown;
  readonly digest?: unknown;
  readonly size?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** Reads the bytes of a manifest. Throws `invalid_model` if they are not the manifest of a model of raw files. */
export function parseManifest(digest: string, bytes: Buffer): ParsedManifest {
  const manifest = parseJson(digest, bytes);
  if (manifest?.artifactType !== ARTIFACT_TYPE || !Array.isArray(manifest.layers)) throw noModel(digest);
  const config = manifest.config?.digest;
  if (typeof config !== 'string') throw noModel(digest);
  const files = manifest.layers.map((layer: RawDescriptor) => parseLayer(digest, layer));
  return { files: checkFiles(files), annotations: manifest.annotations ?? {}, config };
}

interface RawManifest {
  readonly artifactType?: unknown;
  readonly config?: RawDescriptor;
  readonly layers?: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
}

function parseJson(digest: string, bytes: Buffer): RawManifest | null {
  try {
    return JSON.parse(bytes.toString('utf8')) as RawManifest | null;
  } catch {
    throw noModel(digest);
  }
}

function parseLayer(manifest: string, layer: RawDescriptor): ModelFile {
  const { mediaType, digest, size } = layer;
  const path = layer.annotations?.[PATH_ANNOTATION];
  if (mediaType !== RAW_FILE_TYPE || typeof path !== 'string') throw noModel(manifest);
  if (typeof digest !== 'string' || typeof size !== 'number') throw noModel(manifest);
  return { path, digest, size };
}

function noModel(digest: string): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `Blob ${digest} is not the manifest of a model: an OCI manifest of artifact type ${ARTIFACT_TYPE} with raw file layers is needed.`,
    { details: { digest } },
  );
}
