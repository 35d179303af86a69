/** One attempt: with so many of the worst layers in FP32, this share agreed. */
export interface Attempt {
  readonly float: number;
  readonly share: number;
}

/** How a search ended: with the fewest layers in FP32 that keep what was asked for, or with nothing. */
export interface Search {
  readonly kept: Attempt | undefined;
  readonly best: Attempt;
  readonly attempts: readonly Attempt[];
}

/**
 * Leaves ever more of the worst layers in FP32, 1, 2, 4 and so on, until the agreement is kept, and then looks between the
 * last two for fewer by halves: at most about `2 * log2(most)` attempts. More layers in FP32 need not agree better,
 * so the result is one that was measured, and not surely the fewest.
 */
export async function fewestInFloat(
  most: number,
  wanted: number,
  measure: (float: number) => Promise<number>,
): Promise<Search> {
  const attempts: Attempt[] = [];
  const attempt = async (float: number): Promise<Attempt> => {
    const made = { float, share: await measure(float) };
    attempts.push(made);
    return made;
  };
  let below = -1;
  let kept: Attempt | undefined;
  for (let float = 0; kept === undefined; float = Math.min(most, Math.max(1, float * 2))) {
    const made = await attempt(float);
    if (made.share >= wanted) kept = made;
    else if (float >= most) break;
    else below = float;
  }
  while (kept !== undefined && kept.float - below > 1) {
    const made = await attempt(Math.floor((kept.float + below) / 2));
    if (made.share >= wanted) kept = made;
    else below = made.float;
  }
  const best = attempts.reduce((one, other) => (other.share > one.share ? other : one));
  return { kept, best, attempts };
}
