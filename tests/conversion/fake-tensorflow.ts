// Stands in for a Python with TensorFlow: answers as the converted model does, or not quite, and as soon as it may.
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';

interface End {
  readonly name: string;
  readonly file: string;
}

interface Task {
  readonly trials: readonly {
    readonly feeds: readonly (End & { readonly shape: readonly number[] })[];
    readonly fetches: readonly End[];
  }[];
}

/** A program that is called as Python is. */
export interface FakePython {
  readonly path: string;
  /** Exists when it has been called. */
  readonly called: string;
  /** Lets it answer; until then it waits. */
  letGo(): Promise<void>;
}

/** Writes the program into a folder; with `error`, its answers are so far away. */
export async function writeFakePython(folder: string, error = 0): Promise<FakePython> {
  const [path, called, go] = ['python', 'called', 'go'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const self = fileURLToPath(import.meta.url);
  await writeFile(
    path,
    `#!/bin/sh\nfor task; do :; done\ntouch '${called}'\n"${process.execPath}" '${self}' "$task" '${go}' ${error}\n`,
  );
  await chmod(path, 0o700);
  return { path, called, letGo: () => writeFile(go, '') };
}

async function answer(taskFile: string, error: number): Promise<void> {
  const { trials } = JSON.parse(await readFile(taskFile, 'utf8')) as Task;
  const model = join(dirname(dirname(taskFile)), 'model', 'model.onnx');
  const session = await InferenceSession.create(model, { logSeverityLevel: 4 });
  const answers = [];
  for (const { feeds, fetches } of trials) {
    const tensors = feeds.map(async ({ name, file, shape }) => {
      const bytes = Uint8Array.from(await readFile(file));
      return [name, new Tensor('float32', new Float32Array(bytes.buffer), [...shape])] as const;
    });
    const outputs = await session.run(Object.fromEntries(await Promise.all(tensors)));
    const written = fetches.map(async ({ name, file }) => {
      const { data, dims } = outputs[name] as Tensor;
      await writeFile(
        file,
        Float32Array.from(data as Float32Array, (element) => element + error),
      );
      return { dtype: 'float32', shape: dims };
    });
    answers.push(await Promise.all(written));
  }
  process.stdout.write(`SLIPWAY ${JSON.stringify({ tensorflow: '2.0-fake', trials: answers })}\n`);
}

const [, main, taskFile = '', go = '', error = '0'] = process.argv;
if (main === fileURLToPath(import.meta.url)) {
  while (!existsSync(go)) await delay(20);
  await answer(taskFile, Number(error));
}
