import { type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import type { JsonCursor } from '../../../../json/cursor.ts';
import { acceptedNames, type SpecsByName } from '../../../tensor-names.ts';
import { type Example, examplesToTensors } from '../../example-tensors.ts';
import {
  type AnswerOutputs,
  answerOutputNames,
  type ExampleMethod,
  findAnswerOutputs,
} from '../../signatures.ts';
import { type Document, memberOf, readDocument, readSignatureName, wrongDocument } from './document.ts';
import { nextType, visitItems, visitMembers } from './json-values.ts';
import { readFeature } from './read-feature.ts';
import { invalid } from './refusals.ts';

/** What a classify or regress body asks for, and which outputs answer it. */
export interface ExampleCall {
  readonly inputs: readonly Tensor[];
  /** The outputs to ask the data plane for. */
  readonly outputs: readonly string[];
  readonly answer: AnswerOutputs;
  /** Rows that the answer must have. */
  readonly examples: number;
}

/** Each example becomes an object, however short its text: a hundred bytes and more for two. */
const MAX_EXAMPLES = 100_000;

/**
 * Reads `{"examples": [{feature: value or values}]}`, with `"context"`, the features of which every example has that
 * has not its own, and `"signature_name"`. The error is `invalid_argument` with the stock server's text.
 */
export function decodeExamples(
  body: Uint8Array,
  method: ExampleMethod,
  signature: Signature,
): ExampleCall | SlipwayError {
  const document = readDocument(body);
  if (document instanceof SlipwayError) return document;
  const name = readSignatureName(document);
  if (name instanceof SlipwayError) return name;
  const wanted = acceptedNames(signature).inputs;
  const examples = readExamples(document, wanted);
  if (examples instanceof SlipwayError) return examples;
  const answer = findAnswerOutputs(method, name, signature);
  if (answer instanceof SlipwayError) return answer;
  const inputs = examplesToTensors(signature, examples);
  if (inputs instanceof SlipwayError) return inputs;
  return { inputs, outputs: answerOutputNames(answer), answer, examples: examples.length };
}

function readExamples(document: Document, wanted: SpecsByName): readonly Example[] | SlipwayError {
  const context = readContext(document, wanted);
  if (context instanceof SlipwayError) return context;
  const cursor = memberOf(document, 'examples');
  if (cursor === undefined) {
    const text = "When method is classify, key 'examples' is expected and was not found";
    return wrongDocument(document, text);
  }
  if (nextType(cursor) !== 'Array') {
    return wrongDocument(document, "Expecting 'examples' value to be an list/array");
  }
  const examples: Example[] = [];
  const error = visitItems(cursor, () => {
    if (examples.length === MAX_EXAMPLES) return invalid(`There are more than ${MAX_EXAMPLES} examples.`);
    const example = readExample(cursor, context, wanted);
    if (example instanceof SlipwayError) return example;
    examples.push(example);
    return undefined;
  });
  if (error !== undefined) return error;
  return examples.length > 0 ? examples : wrongDocument(document, "'examples' value is an empty array");
}

function readContext(document: Document, wanted: SpecsByName): Example | SlipwayError {
  const cursor = memberOf(document, 'context');
  const nothing: Example = new Map();
  return cursor === undefined ? nothing : readExample(cursor, nothing, wanted);
}

/** The wanted features of an example and of `context`; of equal names the last counts. All others are checked too. */
function readExample(cursor: JsonCursor, context: Example, wanted: SpecsByName): Example | SlipwayError {
  const type = nextType(cursor);
  if (type !== 'Object') return invalid(`Example must be JSON object but got JSON ${type}`);
  const example = new Map(context);
  const error = visitMembers(cursor, (name) => {
    const feature = readFeature(cursor, name);
    if (feature instanceof SlipwayError) return feature;
    if (feature === undefined) example.delete(name);
    else if (wanted.has(name)) example.set(name, feature);
    return undefined;
  });
  return error ?? example;
}
