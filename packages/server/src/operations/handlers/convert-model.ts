import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { modelId, SlipwayError } from '@slipway/contract';
import {
  DEFAULT_CONVERT_MEMORY_GB,
  DEFAULT_CONVERT_TIMEOUT_SECONDS,
  DEFAULT_PYTHON_CONVERT_MEMORY_GB,
  type ModelConvert,
  type ModelFile,
} from '@slipway/contract/api';
import type { ContentStore } from '@slipway/oci';
import type { Converted } from '../../conversions/conversion-process.ts';
import type { Conversions } from '../../conversions/conversions.ts';
import { converterEnvironment } from '../../conversions/converter-environment.ts';
import { createLinePump } from '../../environments/build/line-pump.ts';
import type { LocalEnvironments } from '../../environments/create-environments.ts';
import { convertedName, registerConverted } from '../../resources/models/convert.ts';
import { findModel } from '../../resources/models/find.ts';
import { packModel } from '../../resources/models/register.ts';
import type { ModelRecord, OperationRecord } from '../../store/collections.ts';
import type { Store } from '../../store/store.ts';
import type { OperationContext, OperationHandler } from '../operation-context.ts';

export interface ConvertDeps {
  readonly store: Store;
  readonly contentStore: ContentStore;
  readonly conversions: Conversions;
  readonly environments: Pick<LocalEnvironments, 'environmentFor'>;
  /** Called after a model was registered: services may have a policy that asks for it. */
  readonly modelRegistered: () => void;
}

/**
 * Converts the model that an operation names, and registers what came of it. What an earlier server began is begun again in a
 * clean folder; what it registered is noted in the operation in the same transaction, and not made twice.
 */
export function createConvertHandler(deps: ConvertDeps): OperationHandler {
  const { store, conversions, contentStore, modelRegistered } = deps;
  return async (context) => {
    const { operation, signal, report } = context;
    if (operation.result !== undefined) return `The model is ${operation.result.slice('models/'.length)}.`;
    const { workspace, resource, conversion: order = {} } = operation;
    const source = await store.read((reader) =>
      findModel(reader, workspace, resource.slice('models/'.length)),
    );
    const python = await pythonOf(deps, order, context);
    const pump = createLinePump(report);
    let message = '';
    try {
      await conversions.run({
        id: operation.id,
        memoryBytes: memoryGb(order) * 1e9,
        timeoutMs: (order.timeoutSeconds ?? DEFAULT_CONVERT_TIMEOUT_SECONDS) * 1000,
        signal,
        onNote: ({ type: _type, ...note }) => pump.put(note),
        job: jobOf(source.value, order, python),
        checkout: (folder) => contentStore.manifests.checkout(source.value.digest, folder),
        finish: async (converted, folder) => {
          await pump.drain();
          signal.throwIfAborted();
          message = await register(deps, operation, source.value, converted, folder);
        },
      });
    } finally {
      await pump.drain();
    }
    modelRegistered();
    return message;
  };
}

function memoryGb({ engine, memoryGb }: ModelConvert): number {
  return memoryGb ?? (engine === 'python' ? DEFAULT_PYTHON_CONVERT_MEMORY_GB : DEFAULT_CONVERT_MEMORY_GB);
}

function jobOf(source: ModelRecord, order: ModelConvert, python: string | null) {
  const { name: _name, engine = 'native', python: _python, environment: _environment, ...rest } = order;
  const { memoryGb: _memory, timeoutSeconds: _timeout, ...request } = rest;
  return { sourceDigest: source.digest, engine, python, memoryBytes: memoryGb(order) * 1e9, request };
}

/** The Python with TensorFlow that was asked for; building its environment may take minutes. */
async function pythonOf(
  { environments, store }: ConvertDeps,
  { python, environment, engine }: ModelConvert,
  { operation, report, signal }: OperationContext,
): Promise<string | null> {
  if (python !== undefined) return python;
  if (environment === undefined && engine !== 'python') return null;
  const { workspace } = operation;
  const reference = environment ?? (await converterEnvironment(store, workspace));
  await report({ message: `Takes the Python of the environment ${reference}.`, percent: 1 });
  const { interpreter } = await environments.environmentFor(workspace, reference, { report, signal });
  if (interpreter !== null) return interpreter;
  throw new SlipwayError(
    'invalid_argument',
    `The environment ${reference} has no Python. Name another one.`,
    {
      details: { field: 'environment' },
    },
  );
}

async function register(
  { contentStore, store }: ConvertDeps,
  operation: OperationRecord,
  source: ModelRecord,
  { files, report }: Converted,
  folder: string,
): Promise<string> {
  const stored: ModelFile[] = [];
  for (const { path } of files) {
    const blob = await contentStore.blobs.write(createReadStream(join(folder, path)));
    stored.push({ path, ...blob });
  }
  const parentId = modelId(source.name, source.version);
  const order = {
    name: operation.conversion?.name ?? convertedName(source),
    files: stored,
    description: `${parentId}, converted to ONNX by ${report.converter}.`,
    framework: 'ONNX',
    parentId,
  };
  const manifest = await packModel(contentStore, order);
  const { model, made } = await store.write((writer) =>
    registerConverted(writer, operation, { order, manifest, report }),
  );
  return made
    ? `${parentId} is converted: ${model}.`
    : `${parentId} was converted before, into the same bytes: ${model}.`;
}
