import { isUtf8 } from 'node:buffer';
import { asBuffer, BYTE } from './cursor.ts';
import { type JsonOutput, putAscii, putByte, putText, reserve } from './output.ts';

/** Writes text as a JSON string. */
export function putString(output: JsonOutput, text: string): void {
  putText(output, JSON.stringify(text));
}

/**
 * Writes an element of a BYTES tensor: a JSON string if it is UTF-8, else `{"b64": "…"}`, which is what the reader takes
 * for bytes that are no text.
 */
export function putByteString(output: JsonOutput, element: Uint8Array): void {
  if (!isUtf8(element)) {
    putText(output, `{"b64":"${asBuffer(element).toString('base64')}"}`);
  } else if (element.some(needsEscape)) {
    putString(output, asBuffer(element).toString('utf8'));
  } else {
    reserve(output, element.length + 2);
    putByte(output, BYTE.quote);
    output.bytes.set(element, output.length);
    output.length += element.length;
    putAscii(output, '"');
  }
}

function needsEscape(byte: number): boolean {
  return byte < BYTE.space || byte === BYTE.quote || byte === BYTE.backslash;
}
