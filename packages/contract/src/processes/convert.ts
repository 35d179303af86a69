import type { ConversionReport, ConvertEngine } from '../api/conversion.ts';
import type { ErrorBody } from '../errors.ts';

/** What the process of a conversion reads from standard input: one JSON document, on one line. */
export type ConvertTask = ConvertJob | InspectJob;

/** A model that is to be made into ONNX. */
export interface ConvertJob {
  readonly task: 'convert';
  /** Absolute path of the job's own folder. All that it writes stands in it; the model in `model`. */
  readonly work: string;
  /** Absolute path of the folder with the model's files. */
  readonly source: string;
  /** What the report says of where the model came from: the digest of its manifest. */
  readonly sourceDigest: string;
  readonly engine: ConvertEngine;
  /** A Python with TensorFlow that the result is compared with, and with tf2onnx where that converts; `null`: none. */
  readonly python: string | null;
  /** Bytes that the Python may take besides. */
  readonly memoryBytes: number;
  readonly request: ConvertJobRequest;
}

/** What is to be converted, as far as the process needs to know. */
export interface ConvertJobRequest {
  /** The model among the files, relative to `source`; absent: the only one that is there. */
  readonly path?: string | undefined;
  /** Absent: those of the signature. */
  readonly inputs?: readonly string[] | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly signature?: string | undefined;
  /** Of the graph, where a SavedModel has several. */
  readonly graphTags?: readonly string[] | undefined;
  /** By the names of inputs: what the result is tried with. */
  readonly shapes?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** A model that is to be looked at. */
export interface InspectJob {
  readonly task: 'inspect';
  /** Absolute path of a file or folder. */
  readonly path: string;
  /** What would be asked of a conversion. */
  readonly request: Pick<ConvertJobRequest, 'inputs' | 'outputs' | 'signature'>;
}

/** A file of a result, with its place below the folder of the job's `model`. */
export interface ConvertedFile {
  readonly path: string;
  readonly size: number;
}

/** What the process tells on standard output, a line of JSON each. The last one is `converted`, `inspected` or `failed`. */
export type ConvertEvent =
  | {
      readonly type: 'note';
      readonly message: string;
      readonly level: 'info' | 'warn';
      /** Of the whole job, 0 to 100. */
      readonly percent?: number;
    }
  | {
      readonly type: 'converted';
      readonly files: readonly ConvertedFile[];
      readonly report: ConversionReport;
    }
  | { readonly type: 'inspected'; readonly inspection: ModelInspection }
  | { readonly type: 'failed'; readonly error: ErrorBody };

/** A tensor of a model. A dimension is `null` where any size will do; so is a shape of any rank. */
export interface InspectedTensor {
  /** What callers name it by: the key of a signature, or the tensor itself. */
  readonly name: string;
  readonly tensor: string;
  readonly dtype: string;
  readonly shape: readonly (number | null)[] | null;
}

/** An entry point of a model. */
export interface InspectedSignature {
  /** Empty for the graph itself. */
  readonly name: string;
  readonly inputs: readonly InspectedTensor[];
  readonly outputs: readonly InspectedTensor[];
}

/** A node that cannot be converted exactly. */
export interface RefusedNode {
  readonly node: string;
  readonly op: string;
  readonly why: string;
  readonly instead: string;
}

/** Whether a signature can be converted, or an ONNX model run. */
export interface ConversionOutlook {
  /** Empty for a model without signatures. */
  readonly signature: string;
  readonly converts: boolean;
  /** Why not, in a sentence or a few lines; `null`: it converts. */
  readonly problem: string | null;
  /** The nodes in the way, the first 200 of them. */
  readonly nodes: readonly RefusedNode[];
}

/** What stands in a model file. */
export interface ModelInspection {
  readonly format: string;
  /** Relative to what was looked at; empty: that itself. */
  readonly path: string;
  /** What wrote it, as far as the file says. */
  readonly producer: string | null;
  readonly signatures: readonly InspectedSignature[];
  /** Sorted by name. */
  readonly ops: readonly { readonly op: string; readonly nodes: number }[];
  readonly nodes: number;
  readonly functions: number;
  readonly parameters: number;
  readonly variables: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | null)[] | null;
  }[];
  /** For TensorFlow, one for each signature. */
  readonly outlooks: readonly ConversionOutlook[];
  /** Of an ONNX model: the rules of the format that it breaks, a line each. */
  readonly problems: readonly string[];
}
