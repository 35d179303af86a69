import { isSafeRelativePath, modelId, SlipwayError } from '@slipway/contract';
import type { ConversionReport, ModelConvert, ModelRegister } from '@slipway/contract/api';
import type { OperationQueue } from '../../operations/operation-queue.ts';
import type { ModelRecord, OperationRecord } from '../../store/collections.ts';
import type { Reader, Stored, Writer } from '../../store/store.ts';
import { refuseProblems } from '../field-problems.ts';
import { scan } from '../page.ts';
import { findModel } from './find.ts';
import { type PackedModel, registerModel } from './register.ts';

/** Conversions that may wait or run: they run one by one, and each may take minutes. */
const MOST_WAITING = 16;

/** Names of converted models are cut to this length, as older services allowed no longer ones. */
const NAME_LENGTH = 32;

/** Orders a conversion. Throws `not_found`, `invalid_argument`, and `overloaded` while too many wait. */
export async function orderConversion(
  writer: Writer,
  { enqueue }: Pick<OperationQueue, 'enqueue'>,
  workspace: string,
  reference: string,
  order: ModelConvert,
): Promise<Stored<OperationRecord>> {
  checkOrder(order);
  const { value } = await findModel(writer, workspace, reference);
  await refuseTooMany(writer);
  return await enqueue(writer, {
    workspace,
    kind: 'ConvertModel',
    resource: `models/${modelId(value.name, value.version)}`,
    revision: null,
    conversion: order,
  });
}

function checkOrder({ path, python, environment }: ModelConvert): void {
  const problems = [];
  if (path !== undefined && !isSafeRelativePath(path)) {
    problems.push({ field: 'path', message: 'must be a path inside the model' });
  }
  if (python !== undefined && environment !== undefined) {
    problems.push({
      field: 'python',
      message: 'cannot be given together with environment: give one of them',
    });
  }
  refuseProblems(problems);
}

async function refuseTooMany(reader: Reader): Promise<void> {
  let waiting = 0;
  for (const state of ['NotStarted', 'Running'] as const) {
    for await (const { value } of scan(reader, 'operations', { where: { state } })) {
      if (value.kind === 'ConvertModel') waiting += 1;
    }
  }
  if (waiting < MOST_WAITING) return;
  throw new SlipwayError(
    'overloaded',
    `${waiting} conversions wait or run already, and no more than ${MOST_WAITING} may. Try again when one of them has ended.`,
    { details: { waiting } },
  );
}

/** `<source>.<version>.accelonnx`, the source cut so that it has at most 32 characters. */
export function convertedName({ name, version }: Pick<ModelRecord, 'name' | 'version'>): string {
  const end = `.${version}.accelonnx`;
  return `${name.slice(0, NAME_LENGTH - end.length)}${end}`;
}

/** A model that was converted, and is packed. */
export interface ConvertedModel {
  readonly order: ModelRegister;
  readonly manifest: PackedModel;
  readonly report: ConversionReport;
}

/**
 * Registers what an operation has converted, and notes it there, both or neither. A version of the same name with the same
 * files and the same parent is that model already: it is noted instead. Throws `not_found` if the source was deleted.
 */
export async function registerConverted(
  writer: Writer,
  { id, workspace }: Pick<OperationRecord, 'id' | 'workspace'>,
  { order, manifest, report }: ConvertedModel,
): Promise<{ readonly model: string; readonly made: boolean }> {
  const { name, parentId = '' } = order;
  await findModel(writer, workspace, parentId, 'parentId');
  const where = { workspace, name, parentId, digest: manifest.digest };
  const [same] = await writer.list('models', { where, order: 'newest', limit: 1 });
  const { value } = same ?? (await registerModel(writer, workspace, order, manifest, report));
  const model = modelId(value.name, value.version);
  const operation = await writer.get('operations', id);
  if (operation !== undefined) {
    await writer.put('operations', id, { ...operation.value, result: `models/${model}` });
  }
  return { model, made: same === undefined };
}
