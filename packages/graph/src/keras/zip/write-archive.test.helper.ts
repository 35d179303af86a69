import { crc32, deflateRawSync } from 'node:zlib';

/** A file for an archive; what is left out is as it should be. */
export interface Packed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly deflated?: boolean;
  /** What the archive says of the size, where that is not true. */
  readonly said?: number;
  readonly crc?: number;
}

/** A ZIP archive of these files, with good checksums. */
export function writeArchive(files: readonly Packed[]): Buffer {
  const [records, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, bytes, deflated = false, said = bytes.length, crc = crc32(bytes) } of files) {
    const data = deflated ? deflateRawSync(bytes) : bytes;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflated ? 8 : 0, 4);
    common.writeUInt32LE(crc >>> 0, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(said >>> 0, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, Buffer.from(name));
    records.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...records, list, Buffer.from('PK\x05\x06'), end]);
}
