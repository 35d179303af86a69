import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Datatype, ReplicaLimits, TensorSpec } from '@slipway/contract';
import type { WireTensor } from './elements.ts';
import { readTensor, type TableTensor } from './table-tensor.ts';

/** A file of the suite: the models of one service, and what is asked of them. */
export interface Table {
  /** The file's name without its extension; the service is called so too. */
  readonly name: string;
  readonly about: string;
  /** The first is the default. */
  readonly models: readonly TableModel[];
  readonly limits: Partial<ReplicaLimits>;
  readonly cases: readonly Case[];
}

/** One of the models that `testkit` makes, or a graph of its own. */
export interface TableModel {
  readonly name: string;
  readonly version: number;
  readonly labels?: readonly string[];
  /** Its `signature.json`, where it has one. */
  readonly declares?: object;
  readonly made?: 'add' | 'digits' | 'convNet';
  readonly identity?: { readonly datatype: Datatype; readonly shape: TensorSpec['shape'] };
  readonly graph?: {
    readonly inputs: readonly TensorSpec[];
    readonly outputs: readonly TensorSpec[];
    readonly nodes: readonly {
      readonly operator: string;
      readonly inputs: string[];
      readonly outputs: string[];
    }[];
    readonly initializers?: readonly TableTensor[];
  };
}

/** One request, and what must come of it. */
export interface Case {
  readonly name: string;
  readonly request: CaseRequest;
  /** The outputs, in this order; absent where every protocol refuses. */
  readonly answer: CaseAnswer | undefined;
  /** What a protocol says if it refuses, by its name or the beginning of it, and the door; `null`: it answers there. */
  readonly refusals: Readonly<Record<string, Refusal | null>>;
  /** Why a protocol has no way to ask this, by its name or the beginning of it. */
  readonly cannot: Readonly<Record<string, string>>;
  /** A defect that is known and not mended yet: why. */
  readonly knownFailure: string | undefined;
}

/** What is asked, in the words of no protocol. */
export interface CaseRequest {
  readonly inputs: readonly WireTensor[];
  /** Absent: all. */
  readonly outputs?: readonly string[];
  /** Absent: the service's default model, as a caller names it who knows its name. */
  readonly model?: string;
  readonly version?: number;
  readonly label?: string;
  readonly signature?: string;
  /** So many of the best classes of every output, in place of the output itself. */
  readonly classes?: number;
  /** Absent: the right one; `null`: none. */
  readonly key?: string | null;
}

export interface CaseAnswer {
  readonly outputs: readonly WireTensor[];
  /** What elements may differ by from those in the table; between protocols and doors they may not differ at all. */
  readonly tolerance: number;
  /** The version that answers, where a protocol tells it. */
  readonly version: number | undefined;
}

/** Status and text of an error: HTTP's number, or the name of gRPC's. */
export interface Refusal {
  readonly http?: number;
  readonly grpc?: string;
  readonly text: string;
}

interface TableFile {
  readonly about: string;
  readonly models: readonly TableModel[];
  readonly limits?: Partial<ReplicaLimits>;
  /** What holds for all cases, unless a case says something else. */
  readonly cannot?: Readonly<Record<string, string>>;
  readonly cases: readonly CaseFile[];
}

interface CaseFile {
  readonly name: string;
  readonly inputs: readonly TableTensor[];
  readonly request?: Omit<CaseRequest, 'inputs'>;
  readonly outputs?: readonly TableTensor[] | 'the inputs';
  readonly tolerance?: number;
  readonly version?: number;
  readonly refusals?: Readonly<Record<string, Refusal | null>>;
  readonly cannot?: Readonly<Record<string, string>>;
  readonly knownFailure?: string;
}

/** All tables of a folder, by name. */
export function readTables(folder: string): readonly Table[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => readTable(join(folder, file), file.slice(0, -'.json'.length)));
}

function readTable(path: string, name: string): Table {
  const file = JSON.parse(readFileSync(path, 'utf8')) as TableFile;
  const { about, models, limits = {} } = file;
  return { name, about, models, limits, cases: file.cases.map((one) => readCase(file, one)) };
}

function readCase(table: TableFile, one: CaseFile): Case {
  const inputs = one.inputs.map(readTensor);
  return {
    name: one.name,
    request: { ...one.request, inputs },
    answer: readAnswer(one, inputs),
    refusals: one.refusals ?? {},
    cannot: { ...table.cannot, ...one.cannot },
    knownFailure: one.knownFailure,
  };
}

function readAnswer(one: CaseFile, inputs: readonly WireTensor[]): CaseAnswer | undefined {
  if (one.outputs === undefined) return undefined;
  const outputs =
    one.outputs === 'the inputs'
      ? inputs.map((input) => ({ ...input, name: input.name.replace('input', 'output') }))
      : one.outputs.map(readTensor);
  return { outputs, tolerance: one.tolerance ?? 0, version: one.version };
}
