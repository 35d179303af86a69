import { test } from 'node:test';
import { type Draw, fuzz, JSON_FRAGMENTS } from '../../../fuzzing.test.helper.ts';
import { answerTo, decode, FRAGMENTS } from './fuzzing.test.helper.ts';

const JSON_PART =
  '{"id":"1","inputs":[{"name":"a","shape":[2],"datatype":"INT64","parameters":{"binary_data_size":16}},{"name":"b","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}},{"name":"c","datatype":"FP32","data":[[0.25,NaN]],"shape":[1,2]}],"outputs":[{"name":"z","parameters":{"binary_data":true}}]}';
const RAW_PART = Buffer.from(`${'\x01\0\0\0\0\0\0\0'.repeat(2)}\x01\0\0\0x\x02\0\0\0yz`, 'latin1');

test('damaged binary requests are read or refused in the shape of the protocol', () => {
  fuzz({
    samples: [Buffer.concat([Buffer.from(JSON_PART), RAW_PART])],
    fragments: [...JSON_FRAGMENTS, ...FRAGMENTS],
    decode: (body, draw) => decode(body, headerLength(body, draw)),
    answerTo,
  });
});

/** Where the JSON ends if the damage did not change its length; seldom something else. */
function headerLength(body: Buffer, draw: Draw): string {
  const kind = draw(40);
  if (kind === 0) return String(draw(2 * body.length + 1));
  if (kind === 1) return ['', '-1', '1e2', '0x10', '99999999999999999999', ' 3'][draw(6)] ?? '';
  const jsonEnd = body.lastIndexOf('}') + 1;
  return String(kind < 20 ? jsonEnd : Math.max(0, body.length - RAW_PART.length));
}
