/** By which kind of API a request came. */
export type Door = 'REST' | 'GRPC';

/** What was asked, in the words of TensorFlow Serving; of other protocols always `Predict`. */
export type Question = 'Predict' | 'Classify' | 'Regress' | 'MultiInference';

/** How a request came, and what it asked. */
export interface AskedBy {
  readonly door: Door;
  readonly question: Question;
}
