import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { AttrValueSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../../graph-error.ts';
import { loadTensorFlow } from '../../tensorflow/load-tensorflow.ts';
import type { TensorRequest } from '../choose-tensors.ts';
import { importTensorFlow } from '../import-tensorflow.ts';
import type { ImagePreprocessing } from '../imported-model.ts';
import {
  type Editable,
  flowFixture,
  importEdited,
  int,
  SCORES,
  scalar,
  truth,
  type,
} from './graphs.test.helper.ts';

const GATHERED = 'map_normalize_jpeg/TensorArrayStack/TensorArrayGatherV3:0';

const PLAIN = {
  channelOrder: 'rgb',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  scale: [1, 1, 1],
  layout: 'NHWC',
  datatype: 'FP32',
} as const;

const FLOW: ImagePreprocessing = {
  ...PLAIN,
  input: GATHERED,
  name: 'Placeholder:0',
  width: 224,
  height: 224,
  resize: 'tf1_bilinear',
  fit: 'crop',
  shorterSide: 256,
  sides: 'float32',
  mean: [123.68, 116.779, 103.939],
};

const DECLARED: readonly (readonly [string, TensorRequest, ImagePreprocessing])[] = [
  ['flow.pb', { outputs: [SCORES] }, FLOW],
  ['flow-checkpoint', { inputs: ['Placeholder'], outputs: [SCORES] }, FLOW],
  ['flow-saved-model', {}, FLOW],
  [
    'boxes.pb',
    {},
    {
      ...FLOW,
      name: 'images:0',
      width: 200,
      height: 150,
      fit: 'stretch',
      shorterSide: undefined,
      sides: undefined,
      channelOrder: 'bgr',
      scale: [0.017, 0.017, 0.017],
    },
  ],
  [
    'inception.pb',
    {},
    {
      ...PLAIN,
      input: 'ResizeBilinear:0',
      name: 'contents:0',
      width: 160,
      height: 160,
      resize: 'tf1_bilinear',
      fit: 'stretch',
      scale: [0.003921569, 0.003921569, 0.003921569],
    },
  ],
  [
    'slim.pb',
    {},
    {
      ...PLAIN,
      input: 'map/TensorArrayStack/TensorArrayGatherV3:0',
      name: 'images:0',
      width: 112,
      height: 96,
      resize: 'nearest',
      fit: 'crop',
      shorterSide: 120,
      sides: 'float32_rounded',
      channelOrder: 'bgr',
      mean: [123, 116, 103],
      std: [58, 57.1, 57],
      layout: 'NCHW',
    },
  ],
  [
    'levels.pb',
    {},
    {
      ...PLAIN,
      input: 'Cast:0',
      name: 'images:0',
      width: 145,
      height: 113,
      resize: 'tf2_nearest',
      fit: 'stretch',
      channelOrder: 'bgr',
    },
  ],
  [
    'exact.pb',
    {},
    {
      ...PLAIN,
      input: 'map/TensorArrayStack/TensorArrayGatherV3:0',
      name: 'images:0',
      width: 176,
      height: 160,
      resize: 'tf2_bilinear',
      fit: 'crop',
      shorterSide: 200,
      sides: 'exact',
      channelOrder: 'bgr',
      mean: [127.5, 63.75, 127.5],
      std: [255, 255, 255],
      scale: [2, 2, 2],
    },
  ],
  [
    'keras-layers',
    {},
    {
      ...PLAIN,
      input: 'StatefulPartitionedCall_1/StatefulPartitionedCall/map/TensorArrayV2Stack/TensorListStack:0',
      name: 'serving_default_images:0',
      width: 128,
      height: 96,
      resize: 'tf2_bilinear',
      fit: 'stretch',
    },
  ],
];

for (const [name, request, expected] of DECLARED)
  test(`what ${name} does to images is a declaration`, async () => {
    await using model = await loadTensorFlow(flowFixture(name));
    const { images, model: onnx } = await importTensorFlow(model, request);
    assert.deepEqual(
      images.map((image) => ({ shorterSide: undefined, sides: undefined, ...image })),
      [{ shorterSide: undefined, sides: undefined, ...expected }],
    );
    assert.deepEqual(
      onnx.graph.inputs.map((input) => input.name),
      [expected.input],
    );
    const told = onnx.metadata.find(({ key }) => key === 'tensorflow.images')?.value ?? '';
    assert.deepEqual(JSON.parse(told), { [expected.name]: expected.input });
  });

const LOOP = 'map_normalize_jpeg/while';

/** Changes of the flow's graph that make another declaration. */
const OTHERS: readonly (readonly [string, (graph: Editable) => void, Partial<ImagePreprocessing>])[] = [
  [
    'a shorter side of 300',
    ({ node }) => set(node(`${LOOP}/Const`), 'value', scalar(1, 300)),
    { shorterSide: 300 },
  ],
  [
    'a factor',
    ({ node }) => set(node(`${LOOP}/mul_2/y`), 'value', scalar(1, 0.5)),
    { scale: [0.5, 0.5, 0.5] },
  ],
  [
    'half-pixel centres',
    ({ node }) => set(node(`${LOOP}/ResizeBilinear`), 'half_pixel_centers', truth(true)),
    { resize: 'tf2_bilinear' },
  ],
  ['double precision on the way', ({ node }) => set(node(`${LOOP}/Cast`), 'DstT', type(2)), {}],
];
for (const [what, edit, changed] of OTHERS)
  test(`${what} is another declaration`, async (t) => {
    const { images } = await importEdited(t, 'flow.pb', edit);
    assert.deepEqual(images, [{ ...FLOW, ...changed }]);
  });

/** Changes that no declaration says, the node that is named, and why. */
const REFUSED: readonly (readonly [string, (graph: Editable) => void, string, RegExp])[] = [
  [
    'channels of the file',
    ({ node }) => set(node(`${LOOP}/DecodePng`), 'channels', int(0)),
    'DecodePng',
    /channels=3/,
  ],
  [
    'grey images',
    ({ node }) => set(node(`${LOOP}/DecodePng`), 'channels', int(1)),
    'DecodePng',
    /1 channels/,
  ],
  ['16 bits', ({ node }) => set(node(`${LOOP}/DecodePng`), 'dtype', type(17)), 'DecodePng', /uint16/],
  [
    'half the size',
    ({ node }) => reop(node(`${LOOP}/DecodePng`), 'DecodeJpeg', { ratio: int(2) }),
    'DecodePng',
    /1\/2/,
  ],
  ['BMP', ({ node }) => reop(node(`${LOOP}/DecodePng`), 'DecodeBmp'), 'DecodePng', /no BMP/],
  ['all frames', ({ node }) => reop(node(`${LOOP}/DecodePng`), 'DecodeGif'), 'DecodePng', /all frames/],
  ['half precision', ({ node }) => set(node(`${LOOP}/Cast`), 'DstT', type(19)), 'Cast', /float16/],
  [
    'corners',
    ({ node }) => set(node(`${LOOP}/ResizeBilinear`), 'align_corners', truth(true)),
    'ResizeBilinear',
    /align_corners/,
  ],
  [
    'another resizing',
    ({ node }) => reop(node(`${LOOP}/ResizeBilinear`), 'ResizeBicubic'),
    'ResizeBilinear',
    /bicubic/,
  ],
  ['the longer side', ({ node }) => reop(node(`${LOOP}/Greater`), 'Less'), GATHERED, /no declaration says/],
  [
    'sides that are rounded up',
    ({ node, add }) => {
      add('up', 'Ceil', [`${LOOP}/mul`]);
      place(node(`${LOOP}/Cast_3`), 0, 'up');
    },
    GATHERED,
    /no declaration says/,
  ],
  [
    'another place than the centre',
    ({ node }) => set(node(`${LOOP}/truediv/y`), 'value', scalar(3, 3)),
    GATHERED,
    /not its centre/,
  ],
  ['a factor below 0', ({ node }) => set(node(`${LOOP}/mul_2/y`), 'value', scalar(1, -1)), 'mul_2', /by -1/],
  ['channels in no order', ({ node }) => swap(node(`${LOOP}/concat`), 1, 2), GATHERED, /neither red, green/],
  [
    'every second image',
    ({ node }) => set(node(`${LOOP}/add_1/y`), 'value', scalar(3, 2)),
    'Merge_1',
    /one by one/,
  ],
  [
    'one image too many',
    ({ node }) => reop(node(`${LOOP}/Less_1`), 'LessEqual'),
    'Exit_2',
    /until all images/,
  ],
  [
    'the next image',
    ({ node }) => place(node(`${LOOP}/TensorArrayReadV3`), 1, `${LOOP}/add_1`),
    'TensorArrayReadV3',
    /another image/,
  ],
  [
    'another place',
    ({ node }) => place(node(`${LOOP}/TensorArrayWrite/TensorArrayWriteV3`), 1, `${LOOP}/add_1`),
    'Exit_2',
    /one picture of each/,
  ],
  [
    'some images',
    ({ node }) => set(node('map_normalize_jpeg/TensorArrayStack/range/start'), 'value', scalar(3, 1)),
    'TensorArrayStack/range',
    /other things than images/,
  ],
  [
    'a split into no parts',
    ({ node }) => set(node(`${LOOP}/split`), 'num_split', int(-1)),
    'split',
    /3 channels into -1 parts/,
  ],
  ['an op of no declaration', ({ node }) => reop(node(`${LOOP}/mul_2`), 'Pow'), 'mul_2', /No declaration/],
];
for (const [what, edit, name, why] of REFUSED)
  test(`${what} is refused with the node`, async (t) => {
    const error = await importEdited(t, 'flow.pb', edit).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof GraphError, String(error));
    assert.equal(error.code, 'unsupported');
    const told = error.nodes.find(({ node }) => `${node}:0`.endsWith(name) || node.endsWith(name));
    assert.match(told?.why ?? `no ${name} in ${error.message}`, why);
    assert.match(error.message, /name the tensor of floats/);
  });

test('all nodes that no declaration says are named at once', async (t) => {
  const edit = ({ node }: Editable): void => {
    reop(node(`${LOOP}/sub_2`), 'Pow');
    reop(node(`${LOOP}/sub_4`), 'Atan2');
  };
  await assert.rejects(importEdited(t, 'flow.pb', edit), (error) => {
    const names = error instanceof GraphError ? error.nodes.map(({ node }) => node) : [];
    return names.includes(`${LOOP}/sub_2`) && names.includes(`${LOOP}/sub_4`);
  });
});

/** So many nodes more between an image and what the loop keeps of it. */
const behind = (count: number) => (graph: Editable) => {
  const write = graph.node(`${LOOP}/TensorArrayWrite/TensorArrayWriteV3`);
  for (let index = 0; index < count; index += 1) {
    graph.add(`more/${index}`, 'Identity', [write.input[2] as string]);
    write.input[2] = `more/${index}`;
  }
};

test('a long way is followed, and one without end is not', async (t) => {
  const { images } = await importEdited(t, 'flow.pb', behind(500));
  assert.deepEqual(images, [FLOW]);
  await assert.rejects(importEdited(t, 'flow.pb', behind(5000)), {
    code: 'unsupported',
    message: /too much to follow/,
  });
});

test('loops that count for each other without end are given up', async (t) => {
  const edit = (graph: Editable): void => {
    // Each of them is followed anew in every turn of all that follow: 2^20 ways.
    for (let index = 0; index < 20; index += 1) {
      const [merge, next] = [`m${index}`, `n${index}`];
      const others = Array.from({ length: index }, (_, before) => `m${before}`);
      graph.add(`e${index}`, 'Enter', [`${LOOP}/iteration_counter`]);
      graph.add(merge, 'Merge', [`e${index}`, next], { N: int(2) });
      graph.add(`s${index}`, 'AddN', [merge, ...others], { N: int(others.length + 1) });
      graph.add(next, 'NextIteration', [`s${index}`]);
    }
    graph.add(
      'sum',
      'Pack',
      Array.from({ length: 20 }, (_, index) => `m${index}`),
      { N: int(20) },
    );
    graph.node(`${LOOP}/mul_2`).input[1] = 'sum';
  };
  await assert.rejects(importEdited(t, 'flow.pb', edit), { code: 'unsupported' });
});

for (const [name, input] of [
  ['flow.pb', GATHERED],
  ['flow-2.pb', 'StatefulPartitionedCall/map_normalize_jpeg/TensorArrayV2Stack/TensorListStack:0'],
] as const)
  test(`the tensor of floats of ${name} may be named as the input, and nothing is cut off`, async () => {
    await using model = await loadTensorFlow(flowFixture(name));
    const outputs = [name === 'flow.pb' ? SCORES : 'Identity:0'];
    const { images, model: onnx } = await importTensorFlow(model, { inputs: [input], outputs });
    assert.deepEqual(images, []);
    const dims = [{ size: 'batch' }, { size: 224 }, { size: 224 }, { size: 3 }];
    assert.deepEqual(
      onnx.graph.inputs.map(({ type }) => type),
      [{ kind: 'tensor', elementType: 'float', shape: { dims } }],
    );
  });

test('numbers whose shape is another than theirs are refused, and so is a network for other channels', async (t) => {
  const squeezed = (graph: Editable): void => {
    graph.add('squeezed', 'Squeeze', [`${LOOP}/Shape`]);
    set(graph.node('squeezed'), 'squeeze_dims', { value: { case: 'list', value: { i: [0n] } } });
    graph.add('added', 'AddV2', ['squeezed', 'squeezed']);
    place(graph.node(`${LOOP}/strided_slice`), 0, 'added');
  };
  await assert.rejects(importEdited(t, 'flow.pb', squeezed), {
    code: 'unsupported',
    message: /"squeezed" \(Squeeze\): Its shapes do not fit/,
  });
  const chained = (graph: Editable): void => {
    graph.add('again', 'Conv2D', ['resnet_v1_50/Relu', 'resnet_v1_50/conv1/weights/read'], {
      ...graph.node('resnet_v1_50/Conv2D').attr,
    });
    place(graph.node('resnet_v1_50/features'), 0, 'again');
  };
  await assert.rejects(importEdited(t, 'flow.pb', chained), {
    code: 'unsupported',
    message: /"again" \(Conv2D\): It takes 4 channels, and its kernel 3/,
  });
});

test('strings that are needed besides their images are refused', async (t) => {
  const edit = ({ add }: Editable): void => {
    add('count', 'Shape', ['Placeholder'], { T: type(7), out_type: type(3) });
  };
  await assert.rejects(
    importEdited(t, 'flow.pb', edit, { inputs: ['Placeholder'], outputs: [SCORES, 'count'] }),
    {
      code: 'unsupported',
      message: /- "count" \(Shape\): It takes the encoded images beside/,
    },
  );
});

function set(
  node: ReturnType<Editable['node']>,
  name: string,
  value: Parameters<typeof create<typeof AttrValueSchema>>[1],
): void {
  node.attr[name] = create(AttrValueSchema, value);
}

function reop(
  node: ReturnType<Editable['node']>,
  op: string,
  attr: Record<string, Parameters<typeof set>[2]> = {},
): void {
  node.op = op;
  for (const [name, value] of Object.entries(attr)) set(node, name, value);
}

function place(node: ReturnType<Editable['node']>, index: number, input: string): void {
  node.input[index] = input;
}

function swap({ input }: ReturnType<Editable['node']>, a: number, b: number): void {
  [input[a], input[b]] = [input[b] as string, input[a] as string];
}
