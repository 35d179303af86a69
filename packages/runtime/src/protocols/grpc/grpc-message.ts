/** The text of a status for the header `grpc-message`: UTF-8 in which all but printable ASCII, and `%`, is escaped. */
export function encodeGrpcMessage(text: string): string {
  return text.replace(/[^ -$&-~]+/g, escapeBytes);
}

function escapeBytes(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}
