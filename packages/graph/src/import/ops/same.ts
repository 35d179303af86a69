import type { Mapper } from '../operation.ts';

/** Gives on what it takes: the tensors have two names. */
const same: Mapper = ({ inputs }) => inputs;

/** A default, where no input feeds it. */
const first: Mapper = ({ inputs }) => inputs.slice(0, 1);

/** Ops that compute nothing when a model serves. */
export const SAME: Readonly<Record<string, Mapper>> = {
  Identity: same,
  IdentityN: same,
  StopGradient: same,
  PreventGradient: first,
  Snapshot: same,
  PlaceholderWithDefault: first,
  ReadVariableOp: first,
  CheckNumerics: first,
  GuaranteeConst: first,
};
