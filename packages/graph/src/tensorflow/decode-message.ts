import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { messageBounds } from './message-bounds.ts';
import { damaged } from './refusals.ts';

/** What protobuf, and so TensorFlow, allows of one message: 2 GiB less a byte. */
export const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/**
 * Decodes a whole file. Its tensors are views of `bytes`. Throws `GraphError`: `invalid_file` if it is no such message,
 * `unsupported` if it holds more than any model.
 */
export function decodeMessage<Desc extends DescMessage>(
  file: string,
  bytes: Uint8Array,
  schema: Desc,
): MessageShape<Desc> {
  messageBounds(file)(bytes, schema);
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damaged(file, 0, `it holds no ${schema.name} (${reason})`, error);
  }
}
