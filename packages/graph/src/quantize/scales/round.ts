/** The nearest whole number, and of two as near the even one, as `QuantizeLinear` of ONNX rounds. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const above = value - below;
  if (above !== 0.5) return above < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
