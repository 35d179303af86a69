import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { SlipwayError } from '@slipway/contract';

// A wheel is a ZIP file: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
/** A comment of the longest kind may follow the end record. */
const LONGEST_COMMENT = 65_535;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/** Bytes of the largest list of entries that is read; a wheel of libraries has some hundred entries. */
const MAX_DIRECTORY_BYTES = 16_000_000;

/** `libcublas.so.13`: what the system loads, and not what a compiler links. */
const LIBRARY = /^lib[\w.+-]*\.so(?:\.\d+)*$/;

/** ONNX Runtime's own library, by the name under which the binding asks for it. */
const ENGINE_LIBRARY = /^(libonnxruntime\.so\.1)\.[\d.]+$/;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

/**
 * Writes the shared libraries of a wheel into a folder, without the folders that they stand in, and answers their names
 * and sizes in bytes. The file must have been verified; `invalid_argument` if it is no ZIP file after all.
 */
export async function extractLibraries(
  wheel: string,
  folder: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const file = await open(wheel);
  try {
    const found: Record<string, number> = {};
    for (const entry of await readEntries(file, wheel)) {
      const name = basename(entry.name);
      if (!LIBRARY.test(name)) continue;
      const target = ENGINE_LIBRARY.exec(name)?.[1] ?? name;
      await extract(file, entry, join(folder, target), signal);
      found[target] = entry.bytes;
    }
    return found;
  } finally {
    await file.close();
  }
}

async function readEntries(file: FileHandle, wheel: string): Promise<readonly Entry[]> {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - END_BYTES - LONGEST_COMMENT), size);
  const end = tail.lastIndexOf(Uint8Array.of(0x50, 0x4b, 0x05, 0x06));
  if (end < 0 || tail.readUInt32LE(end) !== END_SIGNATURE) throw notZip(wheel);
  const bytes = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (bytes > MAX_DIRECTORY_BYTES || start + bytes > size) throw notZip(wheel);
  const directory = await read(file, start, start + bytes);
  const entries: Entry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE) throw notZip(wheel);
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function extract(file: FileHandle, entry: Entry, target: string, signal: AbortSignal): Promise<void> {
  const local = await read(file, entry.offset, entry.offset + LOCAL_BYTES);
  if (local.length < LOCAL_BYTES || local.readUInt32LE(0) !== LOCAL_SIGNATURE) throw notZip(entry.name);
  const start = entry.offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const source = file.createReadStream({
    ...{ start, end: start + entry.compressedBytes - 1 },
    autoClose: false,
  });
  // After a loss of power nothing may look installed that is not on the disk.
  const sink = createWriteStream(target, { mode: 0o600, flush: true });
  if (entry.method === STORED) await pipeline(source, sink, { signal });
  else if (entry.method === DEFLATED) await pipeline(source, createInflateRaw(), sink, { signal });
  else throw notZip(entry.name);
  if (sink.bytesWritten !== entry.bytes) throw notZip(entry.name);
}

async function read(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

function notZip(what: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${basename(what)} is no ZIP file that can be read.`);
}
