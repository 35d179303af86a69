// What callers of a service of accelerated images may do wrong, in every protocol at every door: each is told what, and what there is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Signature } from '@slipway/contract';
import {
  buildNetwork,
  CATALOGUE,
  type Network,
  type ResNet,
  randomWeights,
  withClassifier,
} from '@slipway/graph/catalogue';
import { writeModel } from '@slipway/graph/onnx';
import { type TestScope, temporaryFolder, tensorSpec } from '@slipway/testkit';
import { serveModels } from '../harness/served-models.ts';
import { ALL_PROTOCOLS } from './protocols/all-protocols.ts';
import { closeChannels } from './protocols/grpc-channel.ts';
import { type Answer, type Door, Inexpressible, type Protocol } from './protocols/protocol.ts';
import { doorsOf } from './suite/doors.ts';
import { elementFromText, type WireTensor } from './suite/elements.ts';
import type { CaseRequest } from './suite/table.ts';

const { network, preprocessing } = CATALOGUE.resnet50;
const SIDE = 48;
const SMALL: Network = {
  ...(network as ResNet),
  input: { ...network.input, side: SIDE },
  classes: 10,
  width: 4,
  units: [2, 1, 2, 1],
};
const INPUT = 'InputImage:0';
const OUTPUT = 'classifier/resnet_v1_50/predictions/Softmax:0';

/** Takes images, as an accelerated model does; the other one is the same network, which takes pixels. */
const PHOTOS = 'photos';
const PIXELS = 'pixels';

const SIGNATURES: Readonly<Record<string, Signature>> = {
  [PHOTOS]: {
    inputs: [tensorSpec('images', 'BYTES', ['batch'])],
    outputs: [tensorSpec(OUTPUT, 'FP32', ['batch', 10])],
  },
  [PIXELS]: {
    inputs: [tensorSpec(INPUT, 'FP32', ['batch', SIDE, SIDE, 3])],
    outputs: [tensorSpec(OUTPUT, 'FP32', ['batch', 10])],
  },
};

const PHOTO = readFileSync(new URL('../../packages/runtime/fixtures/images/photo.jpg', import.meta.url));

const images = (...elements: Buffer[]): WireTensor => {
  return { name: 'images', datatype: 'BYTES', shape: [elements.length], elements };
};
const pixels = (rows: number, datatype: 'FP32' | 'INT32' = 'FP32'): WireTensor => ({
  name: INPUT,
  datatype,
  shape: [1, rows, SIDE, 3],
  elements: Array.from({ length: rows * SIDE * 3 }, () => elementFromText(datatype, '1')),
});

interface Case {
  readonly name: string;
  readonly request: CaseRequest;
  /** What each answer must name; absent: it is a good request. */
  readonly says?: readonly RegExp[];
  /** What it must name where TensorFlow Serving says less in JSON, whose words they are, by the names of protocols. */
  readonly stock?: Readonly<Record<string, RegExp>>;
  readonly http?: number;
  readonly grpc?: string;
  /** Protocols that cannot ask this, by the beginning of their names. */
  readonly cannot?: RegExp;
}

const ONE_MODEL = /^azure/;

const CASES: readonly Case[] = [
  { name: 'photos', request: { inputs: [images(PHOTO, PHOTO)] } },
  { name: 'pixels', request: { model: PIXELS, inputs: [pixels(SIDE)] }, cannot: ONE_MODEL },
  {
    name: 'a wrong input',
    request: { inputs: [{ ...images(PHOTO), name: 'picture' }] },
    says: [/picture/, /images/],
    stock: {
      'tfserving-rest-columns': /^Missing named input: images in 'inputs' object\.$/,
      'tfserving-rest-rows': /does not have named input: picture$/,
    },
  },
  {
    name: 'a wrong output',
    request: { inputs: [images(PHOTO)], outputs: ['logits'] },
    says: [/logits/, /Softmax:0/],
    cannot: /^tfserving-rest/,
  },
  {
    name: 'an image that is none',
    request: { inputs: [images(PHOTO, Buffer.from('no image at all'))] },
    says: [/images\[1\] is not a JPEG, PNG, WebP or GIF/],
  },
  {
    name: 'a JPEG that is cut short',
    request: { inputs: [images(PHOTO.subarray(0, 3_000))] },
    says: [/images\[0\] is a JPEG image that is damaged/],
  },
  {
    name: 'a JPEG of which little came',
    request: { inputs: [images(PHOTO.subarray(0, 20))] },
    says: [/images\[0\] is a JPEG image that is damaged/],
  },
  {
    name: 'an empty image',
    request: { inputs: [images(PHOTO, Buffer.alloc(0))] },
    says: [/images\[1\] .*(empty|0 bytes)/],
  },
  {
    name: 'numbers in the place of images',
    request: { inputs: [{ ...pixels(1), name: 'images', shape: [SIDE * 3] }] },
    says: [/images/, /BYTES|string|text/i],
    stock: { 'tfserving-rest-columns': /Type: Number is not of expected type: string$/ },
  },
  {
    name: 'pixels of another size',
    request: { model: PIXELS, inputs: [pixels(SIDE - 1)] },
    says: [/InputImage:0/, /47/, /48/],
    cannot: ONE_MODEL,
  },
  {
    name: 'pixels of another datatype',
    request: { model: PIXELS, inputs: [pixels(SIDE, 'INT32')] },
    says: [/InputImage:0/, /INT32|int32/i, /FP32|float/i],
    cannot: /^azure|^tfserving-rest/,
  },
  {
    name: 'images in the place of pixels',
    request: { model: PIXELS, inputs: [{ ...images(PHOTO), name: INPUT }] },
    says: [/InputImage:0/, /FP32|float|number/i],
    stock: { 'tfserving-rest-columns': /Type: Object is not of expected type: float$/ },
    cannot: ONE_MODEL,
  },
  {
    name: 'no key',
    request: { inputs: [images(PHOTO)], key: null },
    says: [/^Unauthorized, no Authorization header$/],
    http: 401,
    grpc: 'UNAUTHENTICATED',
  },
  {
    name: 'a wrong key',
    request: { inputs: [images(PHOTO)], key: 'wrong' },
    says: [/^Unauthorized, invalid key$/],
    http: 401,
    grpc: 'UNAUTHENTICATED',
  },
];

let doors: readonly Door[];
let key: string;
const cleanUps: Parameters<TestScope['after']>[0][] = [];
const scope: TestScope = { after: (cleanUp) => void cleanUps.push(cleanUp) };

before(async () => {
  const file = join(await temporaryFolder(scope), 'model.onnx');
  await writeModel(withClassifier(buildNetwork(SMALL, randomWeights(SMALL, 7))), file);
  const onnx = await readFile(file);
  const { input: _, ...pixelsOf } = preprocessing;
  const image = { ...pixelsOf, name: 'images', width: SIDE, height: SIDE, shorterSide: 56 };
  const signature = { kind: 'ModelSignature', inputs: { [INPUT]: { image } } };
  const models = [
    { name: PHOTOS, version: 1, onnx, signature },
    { name: PIXELS, version: 1, onnx },
  ];
  const served = await serveModels(scope, { service: 'accelerated', models });
  doors = doorsOf(served);
  key = served.key;
});

after(async () => {
  closeChannels();
  for (const cleanUp of cleanUps) await cleanUp();
});

for (const one of CASES)
  test(one.name, async () => {
    const problems: string[] = [];
    for (const protocol of ALL_PROTOCOLS)
      for (const door of doors) {
        if (protocol.needsService && !door.isService) continue;
        const problem = problemOf(one, protocol, await ask(one, protocol, door));
        if (problem !== undefined) problems.push(`${protocol.name} at the ${door.name} ${problem}`);
      }
    assert.equal(problems.length, 0, `\n${problems.join('\n')}`);
  });

async function ask({ request }: Case, protocol: Protocol, door: Door): Promise<Answer | undefined> {
  const model = request.model ?? PHOTOS;
  const signature = SIGNATURES[model] ?? assert.fail();
  const shown = request.key === undefined ? key : (request.key ?? undefined);
  try {
    return await protocol.call({ door, request, model, signature, key: shown });
  } catch (thrown) {
    if (thrown instanceof Inexpressible) return undefined;
    throw thrown;
  }
}

function problemOf(
  { says, stock = {}, http = 400, grpc = 'INVALID_ARGUMENT', cannot }: Case,
  { name }: Protocol,
  answer: Answer | undefined,
): string | undefined {
  if (answer === undefined)
    return cannot?.test(name) || isTensorContent(name) ? undefined : 'cannot ask this';
  if (cannot?.test(name)) return undefined;
  if ('outputs' in answer) return says === undefined ? undefined : 'answered';
  const { status, text } = answer;
  if (says === undefined) return `said ${status} ${text}`;
  const expected = typeof status === 'number' ? http : grpc;
  const words = stock[name] === undefined ? says : [stock[name]];
  const unsaid = words.filter((word) => !word.test(text));
  if (status === expected && unsaid.length === 0) return undefined;
  return `said ${status} ${text}, not ${expected} with ${unsaid.join(' and ')}`;
}

/** It holds no strings. */
function isTensorContent(name: string): boolean {
  return name === 'tfserving-grpc-content';
}
