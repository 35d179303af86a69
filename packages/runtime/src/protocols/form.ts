import { Busboy } from '@fastify/busboy';
import { SlipwayError } from '@slipway/contract';

/** Files of one form; a batch of images is never larger. */
const MAX_FILES = 1_024;

/** Fields beside the files, which mean nothing here. */
const MAX_FIELDS = 64;

/** The files of a `multipart/form-data` body in their order, whatever their names; `invalid_argument` if it has none. */
export function readForm(body: Buffer, contentType: string): Promise<readonly Buffer[] | SlipwayError> {
  return new Promise((resolve) => {
    const files: Buffer[][] = [];
    const refuse = (reason: string) => resolve(invalid(reason));
    const fail = (error: unknown) => refuse(error instanceof Error ? error.message : String(error));
    const parser = openParser(contentType, fail);
    parser?.on('file', (_name, stream) => {
      const chunks: Buffer[] = [];
      files.push(chunks);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      // A form that is cut off is an error of its last file.
      stream.on('error', fail);
    });
    parser?.on('filesLimit', () => refuse(`it has more than ${MAX_FILES} files`));
    parser?.on('error', fail);
    parser?.on('finish', () => {
      if (files.length === 0) refuse('it holds no file');
      else resolve(files.map((chunks) => Buffer.concat(chunks)));
    });
    parser?.end(body);
  });
}

function openParser(contentType: string, fail: (error: unknown) => void): Busboy | undefined {
  const limits = { files: MAX_FILES, fields: MAX_FIELDS, parts: MAX_FILES + MAX_FIELDS };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (thrown) {
    fail(thrown);
    return undefined;
  }
}

function invalid(reason: string): SlipwayError {
  return new SlipwayError('invalid_argument', `The form cannot be read as images: ${reason}.`);
}
