const LOAD_PREFIX = /^Load model from .* failed:/s;
const STATUS_PREFIX = /\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /g;
/** `tensorprotoutils.cc:1469 ValidateEmbeddedTensorProtoDataSizeAndShape `. */
const SHORT_LOCATION = /\b\w+\.(?:cc|h):\d+ \w+ /g;
/** `/onnxruntime_src/…/model.cc:187 `, which the signature of a C++ function follows. */
const LOCATION = /\/onnxruntime_src\/\S+:\d+ /;

/** What ONNX Runtime says of a failure, without paths and places in its own source code. */
export function readableOrtMessage(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const plain = dropLocations(message.replace(LOAD_PREFIX, ''))
    .replace(STATUS_PREFIX, '')
    .replace(SHORT_LOCATION, '')
    .trim();
  return plain.endsWith('.') ? plain : `${plain}.`;
}

function dropLocations(message: string): string {
  const match = LOCATION.exec(message);
  if (match === null) return message;
  const rest = message.slice(match.index + match[0].length);
  return message.slice(0, match.index) + dropLocations(rest.slice(endOfParameters(rest)));
}

/** Position after the first parenthesis that is closed again. */
function endOfParameters(text: string): number {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth += 1;
    if (character === ')') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return 0;
}
