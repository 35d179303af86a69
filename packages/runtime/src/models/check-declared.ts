import { SIGNATURE_FILE, type Signature, SlipwayError } from '@slipway/contract';
import { imageProblems } from '../images/image-problems.ts';
import { labelProblems } from './label-problems.ts';
import type { DeclaredSignature } from './read-model-signature.ts';

/** Throws `invalid_model` with everything in which the declared images and labels do not fit the model itself. */
export function checkDeclared(
  own: Signature,
  { images, labels }: Pick<DeclaredSignature, 'images' | 'labels'>,
): void {
  const problems = [...imageProblems(own, images), ...labelProblems(own, labels)];
  if (problems.length > 0) throw signatureMisfit(problems);
}

/** What is said of a declaration that is another model's. */
export function signatureMisfit(problems: readonly string[]): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `${SIGNATURE_FILE} does not fit the model: ${problems.join('; ')}.`,
    { details: { file: SIGNATURE_FILE, problems } },
  );
}
