import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerOptions } from './server-options.ts';

test('the collector of traces is the one that the environment names', () => {
  const collectorOf = (url?: string) =>
    readServerOptions([], { OTEL_EXPORTER_OTLP_ENDPOINT: url }).traceCollector;
  assert.equal(collectorOf(), null);
  assert.equal(collectorOf(''), null);
  assert.equal(collectorOf('http://collector.example:4318'), 'http://collector.example:4318');
  for (const url of ['collector.example:4318', 'ftp://collector.example', 'http://']) {
    assert.throws(() => collectorOf(url), {
      code: 'invalid_argument',
      message: /OTEL_EXPORTER_OTLP_ENDPOINT ".*" must be a URL that begins with http/,
    });
  }
});

test('devices are declared class by class, and what is wrong is told with all the rest', () => {
  const { devices } = readServerOptions(
    ['--device', 'fpga=1', '--device', 'gpu=auto', '--device', 'fpga=2'],
    {},
  );
  assert.deepEqual(devices, { fpga: 2, gpu: null });
  assert.throws(() => readServerOptions(['--device', 'fpga', '--port', 'x'], {}), {
    code: 'invalid_argument',
    message: /--port "x" must be.*--device "fpga" must be CLASS=COUNT, such as fpga=1/,
  });
});
