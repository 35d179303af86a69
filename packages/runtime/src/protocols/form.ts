import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { SlipwayError } from '@slipway/contract';

/** Files of one form; a batch of images is never larger. */
const MAX_FILES = 1_024;

/** Fields beside the files, which mean nothing here. */
const MAX_FIELDS = 64;

/** The files of a `multipart/form-data` body in their order, whatever their names; `invalid_argument` if it has none. */
export function readForm(body: Buffer, contentType: string): Promise<readonly Buffer[] | SlipwayError> {
  return new Promise((resolve) => {
    const files: Buffer[] = [];
    const refuse = (reason: string) => resolve(invalid(reason));
    const parser = openParser(contentType);
    if (parser instanceof SlipwayError) return resolve(parser);
    parser.on('file', (_name, stream) => {
      const index = files.push(Buffer.alloc(0)) - 1;
      collect(stream, (file) => {
        files[index] = file;
      });
    });
    parser.once('filesLimit', () => refuse(`it has more than ${MAX_FILES} files`));
    parser.once('error', (error) => refuse(error instanceof Error ? error.message : String(error)));
    parser.once('finish', () => (files.length > 0 ? resolve(files) : refuse('it holds no file')));
    parser.end(body);
  });
}

function openParser(contentType: string): Busboy | SlipwayError {
  const limits = { files: MAX_FILES, fields: MAX_FIELDS, parts: MAX_FILES + MAX_FIELDS };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (thrown) {
    return invalid(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function collect(stream: BusboyFileStream, done: (file: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => done(Buffer.concat(chunks)));
}

function invalid(reason: string): SlipwayError {
  return new SlipwayError('invalid_argument', `The form cannot be read as images: ${reason}.`);
}
