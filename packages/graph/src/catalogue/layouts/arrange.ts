/** Rows and columns that are moved at once, so that both sides stay in the processor's cache. */
const TILE = 32;

/**
 * A kernel of float32 by outputs, inputs, rows and columns, `dims`, of one by rows, columns, inputs and outputs.
 * `inputsReversed` takes the last input for the first one.
 */
export function outputsFirst(
  bytes: Uint8Array,
  dims: readonly number[],
  inputsReversed: boolean,
): Uint8Array {
  const [outputs = 0, inputs = 0, rows = 0, columns = 0] = dims;
  const places = rows * columns;
  const from = floats(bytes);
  const to = new Float32Array(from.length);
  for (let place = 0; place < places; place += 1)
    for (let firstInput = 0; firstInput < inputs; firstInput += TILE)
      for (let firstOutput = 0; firstOutput < outputs; firstOutput += TILE) {
        const [endInput, endOutput] = [
          Math.min(firstInput + TILE, inputs),
          Math.min(firstOutput + TILE, outputs),
        ];
        for (let input = firstInput; input < endInput; input += 1) {
          const at = inputsReversed ? inputs - 1 - input : input;
          for (let output = firstOutput; output < endOutput; output += 1)
            to[(output * inputs + at) * places + place] = from[
              (place * inputs + input) * outputs + output
            ] as number;
        }
      }
  return new Uint8Array(to.buffer);
}

/** Bytes may begin anywhere; floats do not. */
function floats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
