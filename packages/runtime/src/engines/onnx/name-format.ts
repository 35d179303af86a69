import type { WindowedFile } from './windowed-file.ts';

interface Format {
  readonly name: string;
  readonly at: number;
  readonly magic: string;
}

/** Files that people take for ONNX, by the bytes they begin with. */
const FORMATS: readonly Format[] = [
  { name: 'a zip archive, as PyTorch and Keras write them', at: 0, magic: 'PK\x03\x04' },
  { name: 'an HDF5 file, as older Keras wrote them', at: 0, magic: '\x89HDF' },
  { name: 'a gzip archive', at: 0, magic: '\x1f\x8b' },
  { name: 'a Python pickle', at: 0, magic: '\x80\x02' },
  { name: 'a Python pickle', at: 0, magic: '\x80\x03' },
  { name: 'a Python pickle', at: 0, magic: '\x80\x04' },
  { name: 'a Python pickle', at: 0, magic: '\x80\x05' },
  { name: 'a TensorFlow Lite model', at: 4, magic: 'TFL3' },
  { name: "a model in ONNX Runtime's own format", at: 4, magic: 'ORTM' },
  {
    name: 'a Git LFS pointer, not the file it stands for (run `git lfs pull`)',
    at: 0,
    magic: 'version https://git-lfs',
  },
  { name: 'HTML', at: 0, magic: '<!DOCTYPE' },
  { name: 'HTML', at: 0, magic: '<html' },
];

/** What the file is instead of ONNX, in words; `undefined` if nothing is known against it. */
export function nameFormat(file: WindowedFile): string | undefined {
  if (file.size === 0) return 'empty';
  return FORMATS.find((format) => hasMagic(file, format))?.name;
}

function hasMagic(file: WindowedFile, { at, magic }: Format): boolean {
  if (file.size < at + magic.length) return false;
  for (let index = 0; index < magic.length; index += 1) {
    if (file.byteAt(at + index) !== magic.charCodeAt(index)) return false;
  }
  return true;
}
