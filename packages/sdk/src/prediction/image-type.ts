/** The first bytes of the formats, from their specifications. */
const STARTS: readonly (readonly [type: string, offset: number, bytes: readonly number[]])[] = [
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
];

/** The media type of an encoded image, by its first bytes; `undefined` for what is none of them. */
export function imageType(image: Uint8Array): string | undefined {
  return STARTS.find(([, offset, bytes]) =>
    bytes.every((byte, index) => image[offset + index] === byte),
  )?.[0];
}
