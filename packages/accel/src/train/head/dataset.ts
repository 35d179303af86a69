/** Rows of numbers, one after the other. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` values. */
  readonly values: Float32Array;
}

/** What a head learns from, or is tried with: the features of samples, and the class of each. */
export interface Dataset {
  readonly features: Matrix;
  readonly classes: Uint32Array;
}
