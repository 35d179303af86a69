import { SlipwayError } from '@slipway/contract';
import type { ConversionTrial } from '@slipway/contract/api';
import type { Tell } from '../tell.ts';
import { checkEnds, type ExpectedEnds } from './check-ends.ts';
import { type Answers, judge, WEAK_SIGNAL } from './judge.ts';
import { openSession, type SessionTensor } from './open-session.ts';
import { type Shapes, type Trial, tryModel } from './try-model.ts';

/** How a result is held to what it was made from. */
export interface Verification {
  /** The ONNX file. */
  readonly file: string;
  readonly expected: ExpectedEnds;
  /** Shapes of inputs that it is tried with, by name. */
  readonly shapes: Shapes;
  /** Absent: there is nothing to compare with. */
  readonly ask?: ((trials: readonly Trial[]) => Promise<Answers & { readonly version?: string }>) | undefined;
  readonly tell: Tell;
}

/** How a result passed. */
export interface Verified {
  readonly trials: readonly ConversionTrial[];
  /** The version of TensorFlow that it was compared with; `null`: with none. */
  readonly tensorflow: string | null;
  /** As ONNX Runtime shows them. */
  readonly outputs: readonly SessionTensor[];
}

/**
 * Loads a result as a service would, holds its ends to what was asked for, runs it, and judges what it answers. Throws
 * `invalid_model` where anything is wrong: a result that fails is not registered.
 */
export async function verify({ file, expected, shapes, ask, tell }: Verification): Promise<Verified> {
  await using open = await openSession(file);
  checkEnds(expected, open);
  const trials = await tryModel(open, shapes);
  const answers = await ask?.(trials);
  const judgements = trials.map((trial, index) => judge(trial, answers?.references[index], answers?.whose));
  refuse(
    judgements.flatMap(({ problems }) => problems),
    answers === undefined,
  );
  for (const { trial } of judgements) {
    if (trial.relativeSignal >= WEAK_SIGNAL) continue;
    const part = `${(trial.relativeSignal * 100).toPrecision(2)} %`;
    tell({
      level: 'warn',
      message: `With ${trial.inputs}, outputs change by no more than ${part} of their size, so that the trial tells little.`,
    });
  }
  return {
    trials: judgements.map(({ trial }) => trial),
    tensorflow: answers?.version ?? null,
    outputs: open.outputs,
  };
}

function refuse(problems: readonly string[], mayCompare: boolean): void {
  if (problems.length === 0) return;
  const told = [...new Set(problems)].join('; ');
  const way = mayCompare
    ? ' If TensorFlow answers so, too, name a Python with TensorFlow to compare with (--python).'
    : '';
  throw new SlipwayError(
    'invalid_model',
    `The converted model does not answer as it should, and is not registered: ${told}.${way}`,
    { details: { problems } },
  );
}
