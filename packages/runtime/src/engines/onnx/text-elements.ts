import { SlipwayError, type Tensor } from '@slipway/contract';

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** The elements of a BYTES tensor as text; throws `invalid_argument` naming the element that is none. */
export function decodeTexts(tensor: Tensor): string[] {
  return Array.from(tensor.data as readonly Uint8Array[], (bytes, index) => {
    // The binding hands text over as a C string: what follows a zero byte would be lost without a word.
    if (bytes.includes(0)) throw badText(tensor.name, index, 'holds a zero byte');
    try {
      return utf8Decoder.decode(bytes);
    } catch {
      throw badText(tensor.name, index, 'is not valid UTF-8');
    }
  });
}

/** Text as the elements of a BYTES tensor. */
export function encodeTexts(texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => utf8Encoder.encode(text));
}

function badText(input: string, index: number, problem: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `Input "${input}": element ${index} ${problem}; this model takes text, encoded as UTF-8.`,
    { details: { input, index } },
  );
}
