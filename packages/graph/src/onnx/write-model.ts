import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraphError } from '../graph-error.ts';
import type { Bytes } from './bytes.ts';
import { chunksOf } from './chunks.ts';
import type { Graph, OnnxModel, Tensor } from './model.ts';
import { subgraphsOf } from './tensors-of.ts';
import { expandModel } from './wire/expand.ts';
import { type Placement, structureOf } from './wire/to-proto.ts';

export interface WriteOptions {
  /**
   * Initializers of at least so many bytes go into a file beside the model, named as it is with `.data` behind. By
   * default none do, unless the model would not fit into the 2 GB that protobuf allows: then those of 1 KiB do.
   */
  readonly externalFrom?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenModel {
  /** Bytes of the model file. */
  readonly modelBytes: number;
  /** The file beside it, if there is one. */
  readonly dataFile: { readonly path: string; readonly bytes: number } | undefined;
}

/** Readers of protobuf take no message of 2 GiB. */
const LARGEST_MESSAGE = 2 ** 31 - 1;
const EXTERNAL_BYTES = 1024;
/** Tensors begin where a page does, so that they can be mapped into memory. */
const PAGE_BYTES = 4096;

/**
 * Writes a model, whole or not at all: to a temporary name, synced, renamed; the data file before the model that names
 * it. The same value gives the same bytes. Elements are copied in chunks, never held all at once. Throws `GraphError`
 * where a tensor's file has changed or the model cannot be a protobuf message, and what the system says of the disk.
 */
export async function writeModel(
  model: OnnxModel,
  path: string,
  options: WriteOptions = {},
): Promise<WrittenModel> {
  const { files, written } = plan(model, path, options);
  await writeWhole(files, options.signal);
  await syncFolder(dirname(path));
  return written;
}

/**
 * Writes the same files and blocks until they are written: for a thread of its own, and a path that nobody reads before
 * this returns. They are neither synced nor renamed into place; what a failure leaves behind is the caller's to remove.
 */
export function writeModelSync(
  model: OnnxModel,
  path: string,
  options: Pick<WriteOptions, 'externalFrom'> = {},
): WrittenModel {
  const { files, written } = plan(model, path, options);
  for (const { path: at, parts } of files) {
    const file = openSync(at, 'wx');
    try {
      for (const chunk of chunksOf(parts)) writeAllSync(file, chunk);
    } finally {
      closeSync(file);
    }
  }
  return written;
}

function writeAllSync(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done, chunk.length - done);
}

/** The data file stands before the model that names it. */
function plan(
  model: OnnxModel,
  path: string,
  { externalFrom }: WriteOptions,
): { readonly files: readonly NewFile[]; readonly written: WrittenModel } {
  const dataName = `${basename(path)}.data`;
  const asked = layOut(model, dataName, externalFrom ?? Number.POSITIVE_INFINITY);
  const fits = externalFrom !== undefined || asked.length <= LARGEST_MESSAGE;
  const layout = fits ? asked : layOut(model, dataName, EXTERNAL_BYTES);
  if (layout.length > LARGEST_MESSAGE) {
    const said = `The model would have ${layout.length} bytes besides initializers that can lie in another file; ONNX allows ${LARGEST_MESSAGE}.`;
    throw new GraphError('unsupported', said);
  }
  const modelFile = { path, parts: layout.parts };
  if (layout.data.length === 0) {
    return { files: [modelFile], written: { modelBytes: layout.length, dataFile: undefined } };
  }
  const dataPath = join(dirname(path), dataName);
  return {
    files: [{ path: dataPath, parts: layout.data }, modelFile],
    written: { modelBytes: layout.length, dataFile: { path: dataPath, bytes: layout.dataBytes } },
  };
}

interface Layout {
  readonly parts: readonly Bytes[];
  readonly length: number;
  readonly data: readonly Bytes[];
  readonly dataBytes: number;
}

function layOut(model: OnnxModel, location: string, externalFrom: number): Layout {
  const placements = new Map<Tensor, Placement>();
  const data: Bytes[] = [];
  let offset = 0;
  const place = (graph: Graph): void => {
    for (const tensor of graph.initializers) {
      const bytes = rawBytesOf(tensor);
      if (bytes === undefined || bytes.length < externalFrom || placements.has(tensor)) continue;
      const gap = (PAGE_BYTES - (offset % PAGE_BYTES)) % PAGE_BYTES;
      if (gap > 0) data.push(new Uint8Array(gap));
      data.push(bytes);
      placements.set(tensor, { location, offset: offset + gap, length: bytes.length });
      offset += gap + bytes.length;
    }
    for (const node of graph.nodes) subgraphsOf(node).forEach(place);
  };
  place(model.graph);
  const { structure, pieces } = structureOf(model, placements);
  return { ...expandModel(structure, pieces), data, dataBytes: offset };
}

/** The elements if they lie as they do in memory. */
function rawBytesOf({ data, elementType }: Tensor): Bytes | undefined {
  if (data.form === 'raw' || data.form === 'external') return data.bytes;
  if (data.form !== 'packed') return undefined;
  const same =
    (data.field === 'floatData' && elementType === 'float') ||
    (data.field === 'doubleData' && elementType === 'double');
  return same ? data.bytes : undefined;
}

interface NewFile {
  readonly path: string;
  readonly parts: readonly Bytes[];
}

/** All files are complete on the disk before the first one gets its name. */
async function writeWhole(files: readonly NewFile[], signal: AbortSignal | undefined): Promise<void> {
  const temporary = files.map(({ path, parts }) => ({ path, parts, at: `${path}.${randomUUID()}.tmp` }));
  try {
    for (const { at, parts } of temporary) await writeSynced(at, parts, signal);
    for (const { at, path } of temporary) await rename(at, path);
  } catch (error) {
    for (const { at } of temporary) await rm(at, { force: true });
    throw error;
  }
}

async function writeSynced(
  path: string,
  parts: readonly Bytes[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await writeParts(file, parts, signal);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeParts(
  file: FileHandle,
  parts: readonly Bytes[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const chunk of chunksOf(parts)) {
    signal?.throwIfAborted();
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done);
      done += bytesWritten;
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
