/** Networks that are held to what a framework answers, and how. */
export interface Comparison {
  /** As messages and tables call it. */
  readonly framework: string;
  /** By name, in the order in which they are run and told. */
  readonly networks: readonly string[];
  /** For Python: makes a network and its oracle. */
  readonly script: string;
  /** What Python needs for it, for pip. */
  readonly requirements: string;
  /** For Node: makes the ONNX model of a network's files. */
  readonly main: string;
  /** Where the results are told, and what stands above them. */
  readonly page: string;
  readonly introduction: string;
}
