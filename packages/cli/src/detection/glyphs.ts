/** Pixels of a character. */
export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;

/** Rows of each character from above, five bits each as a digit of base 32: `e` is 01110. */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '0000000',
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hha4444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  '.': '00000cc',
  ',': '0000c48',
  '-': '000e000',
  _: '000000v',
  ':': '0cc0cc0',
  '/': '01248g0',
  '(': '2488842',
  ')': '8422248',
  '+': '044v440',
  '&': 'cik8lid',
  "'": '4480000',
  '#': 'aavavaa',
};

/** The text in capitals without accents, as far as the picture's letters go; `undefined` if it has others. */
export function drawableText(text: string): string | undefined {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toUpperCase();
  return [...plain].every((character) => Object.hasOwn(GLYPHS, character)) ? plain : undefined;
}

/** True where the ink of a character is. */
export function hasInk(character: string, column: number, row: number): boolean {
  const bits = Number.parseInt(GLYPHS[character]?.[row] ?? '0', 32);
  return ((bits >> (GLYPH_WIDTH - 1 - column)) & 1) === 1;
}
