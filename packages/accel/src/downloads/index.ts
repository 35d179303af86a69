export { type Checksum, checksumName, digestOf, requireChecksum } from './checksum.ts';
export { type Download, downloadFile, reasonOf } from './download-file.ts';
export { whileLocked } from './lock.ts';
export { sizeOf } from './part.ts';
