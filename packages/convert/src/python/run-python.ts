import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SlipwayError } from '@slipway/contract';
import type { Tell } from '../tell.ts';

/** Of what it said before it failed. */
const KEPT_LINES = 30;

/** Longer lines are cut. */
const MAX_LINE_LENGTH = 2_000;

/** What marks the line that the script answers with among what libraries print. */
const ANSWER = 'SLIPWAY ';

/** Bytes of address space beside what is used: threads' stacks, and libraries' own pools. */
const RESERVED_BYTES = 4 * 2 ** 30;

/** What a shell says of a program that is not there, or that it may not run. */
const NOT_STARTED = new Set([126, 127]);

export interface PythonRun {
  readonly python: string;
  /** A file in the folder `python` of this package. */
  readonly script: string;
  /** Absolute path of a file for its task; it stands in its command line. */
  readonly taskFile: string;
  readonly task: unknown;
  readonly memoryBytes: number;
  readonly tell: Tell;
}

/**
 * Runs a script in a Python without the user's own packages and settings, and returns what it answers. It belongs to the process
 * group of this process, and ends with it. Throws `unsupported` (it says what it lacks), `script_failed`, `unavailable`.
 */
export async function runPython<Answer>(run: PythonRun): Promise<Answer> {
  const script = fileURLToPath(new URL(`../../python/${run.script}`, import.meta.url));
  await writeFile(run.taskFile, JSON.stringify(run.task));
  const child = spawn(...limited(run, ['-I', '-B', script, run.taskFile]), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PYTHONUNBUFFERED: '1',
      TF_CPP_MIN_LOG_LEVEL: '3',
      // The plain kernels, whose rounding does not depend on the machine; and no GPU, whose rounding is another.
      TF_ENABLE_ONEDNN_OPTS: '0',
      CUDA_VISIBLE_DEVICES: '-1',
    },
  });
  const said: string[] = [];
  let answer: Answer | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.startsWith(ANSWER)) {
        answer = JSON.parse(line.slice(ANSWER.length)) as Answer;
        return;
      }
      if (line.trim() === '') return;
      if (said.push(line.slice(0, MAX_LINE_LENGTH)) > KEPT_LINES) said.shift();
      run.tell({ message: line.slice(0, MAX_LINE_LENGTH) });
    });
  }
  const closed = once(child, 'close').catch((cause: Error) => {
    throw new SlipwayError('unavailable', `${run.python} cannot be started: ${cause.message}.`, { cause });
  });
  const [code] = (await closed) as [number | null];
  if (code !== null && NOT_STARTED.has(code)) {
    throw new SlipwayError(
      'unavailable',
      `${run.python} cannot be started: ${said.at(-1) ?? `status ${code}`}.`,
    );
  }
  if (isRefusal(answer)) {
    throw new SlipwayError(
      'unsupported',
      `${answer.refused}. Convert without comparing with TensorFlow (python, --python), or with other tensors.`,
    );
  }
  if (code === 0 && answer !== undefined) return answer;
  throw failed(run, code, child.signalCode, said);
}

function isRefusal(answer: unknown): answer is { readonly refused: string } {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

function limited({ python, memoryBytes }: PythonRun, args: readonly string[]): [string, string[]] {
  if (process.platform !== 'linux') return [python, [...args]];
  const limit = Math.ceil((memoryBytes + RESERVED_BYTES) / 1024);
  return ['/bin/sh', ['-c', 'ulimit -S -d "$0" 2>/dev/null; exec "$@"', String(limit), python, ...args]];
}

const MISSING = /No module named '?([\w.]+)/;

function failed(
  { python }: PythonRun,
  code: number | null,
  signal: string | null,
  said: readonly string[],
): SlipwayError {
  const last = said.at(-1) ?? 'it said nothing';
  const [, missing] = MISSING.exec(last) ?? [];
  if (missing !== undefined) {
    return new SlipwayError(
      'unsupported',
      `${python} has no package ${missing}: name a Python, or an environment, in which it is installed.`,
      { details: { python, missing } },
    );
  }
  if (/MemoryError|bad_alloc/.test(said.join('\n'))) {
    return new SlipwayError(
      'unschedulable',
      `${python} needed more memory than the conversion may take: give it more with memoryGb (--memory-gb).`,
      { details: { field: 'memoryGb' } },
    );
  }
  return new SlipwayError('script_failed', `${python} failed (${signal ?? `status ${code}`}): ${last}.`, {
    details: { python, lines: said },
  });
}
