import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, type Signature, SlipwayError } from '@slipway/contract';
import { decodePredict } from './decode-predict.ts';

/** A signature with inputs of these names and datatypes; how they are shaped is not looked at here. */
function takes(inputs: Readonly<Record<string, Datatype>>): Signature {
  const specs = Object.entries(inputs).map(([name, datatype]) => ({ name, datatype, shape: [null] }));
  return { inputs: specs, outputs: [] };
}

const FLOAT = takes({ x: 'FP32' });
const INT = takes({ default: 'INT32' });
const TEXT = takes({ image_bytes: 'BYTES' });
const TWO = takes({ int_tensor: 'INT32', str_tensor: 'BYTES' });

/** A tensor as `x[2,1]: 1 2`. */
function show(body: string | Uint8Array, signature: Signature): string {
  const call = decodePredict(Buffer.from(body), signature);
  if (call instanceof SlipwayError) return `${call.code}: ${call.message}`;
  const inputs = call.inputs.map(({ name, shape, data }) => {
    const values = Array.from(data as ArrayLike<unknown>, (value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
    );
    return `${name}[${shape}]: ${values.join(' ')}`;
  });
  return `${call.format} ${inputs.join('; ')}`;
}

test('bodies in row format', () => {
  const rows: [Signature, string, string][] = [
    [FLOAT, '{"instances": [1.0, 2.0, 5.0]}', 'row x[3]: 1 2 5'],
    [FLOAT, '{"instances": [[1, 2], [3, 4]]}', 'row x[2,2]: 1 2 3 4'],
    [FLOAT, '{"instances": [{"x": 1.5}, {"x": 2}]}', 'row x[2]: 1.5 2'],
    [FLOAT, '{"instances": [{"x": [[1],[2]]}, {"x": [[3],[4]]}]}', 'row x[2,2,1]: 1 2 3 4'],
    [FLOAT, '{"instances": [[]]}', 'row x[1,0]: '],
    [FLOAT, '{"signature_name": "serving_default", "instances": [1]}', 'row x[1]: 1'],
    [FLOAT, '{"signature_name": "", "instances": [1], "more": [{}]}', 'row x[1]: 1'],
    [FLOAT, '{"instances": [1]} trailing garbage', 'row x[1]: 1'],
    [FLOAT, '\ufeff {"instances": [1]}', 'row x[1]: 1'],
    [FLOAT, '{"instances": [1], "instances": "x"}', 'row x[1]: 1'],
    [
      FLOAT,
      '{"instances": [NaN, Inf, Infinity, -Infinity, -Inf]}',
      'row x[5]: NaN Infinity Infinity -Infinity -Infinity',
    ],
    [FLOAT, '{"instances": [1e39, -1e39, 1e-60]}', 'row x[3]: Infinity -Infinity 0'],
    [
      takes({ x: 'FP64' }),
      '{"instances": [0.1, 1e-400, 18446744073709551616]}',
      'row x[3]: 0.1 0 18446744073709552000',
    ],
    [
      takes({ x: 'INT64' }),
      '{"instances": [9223372036854775807, -9223372036854775808]}',
      'row x[2]: 9223372036854775807 -9223372036854775808',
    ],
    [takes({ x: 'UINT64' }), '{"instances": [18446744073709551615, -0]}', 'row x[2]: 18446744073709551615 0'],
    [takes({ x: 'UINT32' }), '{"instances": [4294967295]}', 'row x[1]: 4294967295'],
    [takes({ x: 'BOOL' }), '{"instances": [true, false]}', 'row x[2]: 1 0'],
    [takes({ x: 'INT8' }), '{"instances": [-128, 127, 300]}', 'row x[3]: -128 127 44'],
    [takes({ x: 'UINT8' }), '{"instances": [255, 256, -1]}', 'row x[3]: 255 0 255'],
    [takes({ x: 'INT16' }), '{"instances": [32768]}', 'row x[1]: -32768'],
    [TEXT, '{"instances": ["foo", "b\\u0061r"]}', 'row image_bytes[2]: foo bar'],
    [TEXT, '{"instances": [{"b64": "aGVsbG8="}, {"b64": "d29ybGQ"}]}', 'row image_bytes[2]: hello world'],
    [TEXT, '{"instances": [[{"b64": "aGVs\\nbG8="}]]}', 'row image_bytes[1,1]: hello'],
    [TEXT, '{"instances": [{"image_bytes": {"b64": "aGVsbG8="}}]}', 'row image_bytes[1]: hello'],
    [
      TEXT,
      '{"instances": [{"image_bytes": ["a", {"\\u0062\\u0036\\u0034": "Yg=="}]}]}',
      'row image_bytes[1,2]: a b',
    ],
    [TEXT, '{"instances": ["\\udc00"]}', 'row image_bytes[1]: \xed\xb0\x80'],
    [
      TWO,
      '{"instances": [{"int_tensor": 1, "str_tensor": "", "int_tensor": 2}]}',
      'row int_tensor[1]: 1; str_tensor[1]: ',
    ],
    [takes({ b64: 'BYTES' }), '{"instances": [{"b64": "aGVsbG8="}]}', 'row b64[1]: hello'],
    [
      TWO,
      '{"instances": [{"int_tensor": [1, 2], "str_tensor": "a"}, {"str_tensor": "b", "int_tensor": [3, 4]}]}',
      'row int_tensor[2,2]: 1 2 3 4; str_tensor[2]: a b',
    ],
  ];
  for (const [signature, body, expected] of rows) assert.equal(show(body, signature), expected, body);
  const bytes = Buffer.from([...Buffer.from('{"instances":["'), 0xff, ...Buffer.from('"]}')]);
  assert.equal(show(bytes, TEXT), 'row image_bytes[1]: \xff', 'bytes that are no UTF-8');
});

test('bodies in column format', () => {
  const rows: [Signature, string, string][] = [
    [FLOAT, '{"inputs": [[1, 2], [3, 4]]}', 'column x[2,2]: 1 2 3 4'],
    [FLOAT, '{"inputs": 5}', 'column x[]: 5'],
    [FLOAT, '{"inputs": []}', 'column x[0]: '],
    [FLOAT, '{"inputs": {"x": [1, Inf], "y": "ignored"}}', 'column x[2]: 1 Infinity'],
    [FLOAT, '{"inputs": {"x": 1, "x": "ignored"}}', 'column x[]: 1'],
    [TEXT, '{"inputs": {"b64": "aGVsbG8="}}', 'column image_bytes[]: hello'],
    [TEXT, '{"inputs": {"image_bytes": [{"b64": "aGVsbG8="}]}}', 'column image_bytes[1]: hello'],
    [
      TWO,
      '{"inputs": {"str_tensor": ["a", "b"], "int_tensor": [1, 2, 3]}}',
      'column int_tensor[3]: 1 2 3; str_tensor[2]: a b',
    ],
  ];
  for (const [signature, body, expected] of rows) assert.equal(show(body, signature), expected, body);
});

test('what is wrong is told as the stock server tells it', () => {
  const element = (index: number, text: string) =>
    `Failed to process element: ${index} of 'instances' list. Error: INVALID_ARGUMENT: ${text}`;
  const rows: [Signature, string, string][] = [
    [FLOAT, '', 'JSON Parse error: The document is empty'],
    [FLOAT, '  ', 'JSON Parse error: The document is empty. at offset: 2'],
    [FLOAT, 'instances = [1, 2]', 'JSON Parse error: Invalid value. at offset: 0'],
    [FLOAT, '{"instances": [1,]}', 'JSON Parse error: Invalid value. at offset: 17'],
    [
      FLOAT,
      '{"instances": [1, -1e400]}',
      'JSON Parse error: Number too big to be stored in double. at offset: 18',
    ],
    [FLOAT, '{"instances": ["x"], ', 'JSON Parse error: Missing a name for object member. at offset: 21'],
    [FLOAT, '[1, 2]', 'JSON Value: [1, 2] Is not object'],
    [FLOAT, '"\\u00e9"', 'JSON Value: "é" Is not object'],
    [
      FLOAT,
      '{"signature_name": 5}',
      'JSON Value: {\n    "signature_name": 5\n} not formatted correctly. \'signature_name\' key must be a string value.',
    ],
    [
      FLOAT,
      '{"instances": [1], "signature_name": "x"}',
      'Serving signature name: "x" not found in signature def',
    ],
    [
      FLOAT,
      '{"instances": [[1, 2.50]], "inputs": {"a": [], "b": {}}}',
      'JSON Value: {\n    "instances": [[1, 2.5]],\n    "inputs": {\n        "a": [],\n        "b": {}\n    }\n} Not formatted correctly expecting only one of \'inputs\' or \'instances\' keys to exist ',
    ],
    [FLOAT, '{}', "Missing 'inputs' or 'instances' key"],
    [
      FLOAT,
      '{"instances": {}}',
      'JSON Value: {\n    "instances": {}\n} Expecting \'instances\' to be an list/array',
    ],
    [FLOAT, '{"instances": []}', 'JSON Value: {\n    "instances": []\n} No values in \'instances\' array'],
    [takes({}), '{"instances": [1]}', 'Failed to get input map for signature: DEFAULT'],
    [INT, '{"instances": [1.0]}', element(0, 'JSON Value: 1.0 Type: Number is not of expected type: int32')],
    [
      INT,
      '{"instances": [1, 1e3]}',
      element(1, 'JSON Value: 1000.0 Type: Number is not of expected type: int32'),
    ],
    [
      INT,
      '{"instances": [2147483648]}',
      element(0, 'JSON Value: 2147483648 Type: Number is not of expected type: int32'),
    ],
    [
      INT,
      '{"instances": [[1,2],["a", "b"]]}',
      element(1, 'JSON Value: "a" Type: String is not of expected type: int32'),
    ],
    [INT, '{"instances": [null]}', element(0, 'JSON Value: null Type: Null is not of expected type: int32')],
    [
      INT,
      '{"instances": [{"b64": "AA=="}]}',
      element(0, 'JSON Value: {\n    "b64": "AA=="\n} Type: Object is not of expected type: int32'),
    ],
    [
      takes({ x: 'BOOL' }),
      '{"instances": [1]}',
      element(0, 'JSON Value: 1 Type: Number is not of expected type: bool'),
    ],
    [
      takes({ x: 'UINT64' }),
      '{"instances": [-1]}',
      element(0, 'JSON Value: -1 Type: Number is not of expected type: uint64'),
    ],
    [
      takes({ x: 'INT64' }),
      '{"instances": [9223372036854775808]}',
      element(0, 'JSON Value: 9223372036854775808 Type: Number is not of expected type: int64'),
    ],
    [
      FLOAT,
      '{"instances": [true]}',
      element(0, 'JSON Value: true Type: True is not of expected type: float'),
    ],
    [TEXT, '{"instances": [7]}', element(0, 'JSON Value: 7 Type: Number is not of expected type: string')],
    [
      TEXT,
      '{"instances": [{"b64": "?"}]}',
      element(0, 'JSON Value: {\n    "b64": "?"\n} not formatted correctly for base64 data'),
    ],
    [
      TEXT,
      '{"instances": [[{"b64": 1}]]}',
      element(0, 'JSON Value: {\n    "b64": 1\n} not formatted correctly for base64 data'),
    ],
    [INT, '{"instances": [[1,2],[3,4],[5,6,7]]}', element(2, 'Expecting tensor size: 2 but got: 3')],
    [INT, '{"instances": [[1,2],[3,4],[[5,6]]]}', element(2, 'Expecting shape [2] but got: [1,2]')],
    [INT, '{"instances": [1, [1]]}', element(1, 'Expecting shape [] but got: [1]')],
    [
      INT,
      '{"instances": [[[1,2],[3]]]}',
      element(0, 'Encountered list at unexpected size: 1 at level: 1 expected size: 2'),
    ],
    [
      INT,
      '{"instances": [[[1,2],["x",4,5]]]}',
      element(0, 'Encountered list at unexpected size: 3 at level: 1 expected size: 2'),
    ],
    [
      INT,
      '{"instances": [[[[1],[2]],[[3,4]],[]]]}',
      element(0, 'Encountered list at unexpected size: 1 at level: 1 expected size: 2'),
    ],
    [INT, '{"instances": [[1,[2]]]}', element(0, 'Encountered list at unexpected level: 1 expected < 1')],
    [
      INT,
      '{"instances": [[[],[1]]]}',
      element(0, 'Encountered list at unexpected size: 1 at level: 1 expected size: 0'),
    ],
    [
      INT,
      '{"instances": [[[1],2]]}',
      element(0, 'JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2'),
    ],
    [
      INT,
      `{"instances": [${'['.repeat(5000)}${']'.repeat(5000)}]}`,
      element(0, 'Encountered list at unexpected level: 254, a tensor has at most 254 dimensions'),
    ],
    [
      TWO,
      '{"instances": [1]}',
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    ],
    [
      TWO,
      '{"instances": [{"int_tensor": 1}]}',
      'Failed to process element: 0 of \'instances\' list. JSON object: {\n    "int_tensor": 1\n} keys must be equal to: int_tensor,str_tensor',
    ],
    [
      TWO,
      '{"instances": [{"foo": 1}]}',
      "Failed to process element: 0 key: foo of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: foo",
    ],
    [
      TWO,
      '{"instances": [{"int_tensor": 1, "str_tensor": ""}, [1, 20, 30]]}',
      'Expecting object but got list at item 1 of input list',
    ],
    [
      TEXT,
      '{"instances": [["baz"], {"image_bytes": ["baz"]}]}',
      'Expecting value/list but got object at item 1 of input list',
    ],
    [
      TWO,
      '{"inputs": [1]}',
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    ],
    [TWO, '{"inputs": {"int_tensor": 1}}', "Missing named input: str_tensor in 'inputs' object."],
    [INT, '{"inputs": [1, "a"]}', 'JSON Value: "a" Type: String is not of expected type: int32'],
  ];
  for (const [signature, body, expected] of rows) {
    assert.equal(show(body, signature), `invalid_argument: ${expected}`, body.slice(0, 100));
  }
});

test('types that JSON cannot carry are not implemented', () => {
  const rows: [Datatype, string][] = [
    ['FP16', 'half'],
    ['BF16', 'bfloat16'],
    ['UINT16', 'uint16'],
  ];
  for (const [datatype, word] of rows) {
    const text = `Conversion of JSON Value: 1.5 to type: ${word}`;
    assert.equal(show('{"inputs": [1.5]}', takes({ x: datatype })), `unsupported: ${text}`);
    assert.match(
      show('{"instances": [1.5]}', takes({ x: datatype })),
      /^unsupported: Failed .* UNIMPLEMENTED: Conv/,
    );
  }
});

test('a value in a message is cut at 256 bytes, and never within a character', () => {
  const long = show(`{"inputs": "${'é'.repeat(5_000_000)}"}`, FLOAT);
  const shown = /JSON Value: (.*) Type: String/.exec(long)?.[1] ?? '';
  assert.equal(shown, `"${'é'.repeat(127)}`);
  const list = show(
    `{"instances": [{"x": 1, "more": [${'1, '.repeat(300_000)}1]}]}`,
    takes({ x: 'FP32', y: 'FP32' }),
  );
  assert.match(list, /named input: more/);
  const document = show(`{"instances": ${'7'.repeat(300_000)}}`, FLOAT);
  assert.ok(document.length < 400, document);
});
