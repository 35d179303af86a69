import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import type { EngineRelease, Wheel } from './release.ts';

/** A wheel with its bytes. */
export interface FakeWheel extends Wheel {
  readonly content: Buffer;
}

/** A ZIP file: every other entry is stored, the rest is compressed. */
export function zip(entries: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, content]] of Object.entries(entries).entries()) {
    const method = index % 2 === 0 ? 8 : 0;
    const body = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), body);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

/** What `ENGINE_RELEASES` has in large. */
export function fakeWheels(): readonly [FakeWheel, FakeWheel] {
  return [
    wheel('onnxruntime-gpu', 'onnxruntime_gpu-1.30.0-cp312-cp312-linux_x86_64.whl', {
      'onnxruntime/capi/libonnxruntime.so.1.30.0': Buffer.alloc(300_000, 'engine'),
      'onnxruntime/capi/libonnxruntime_providers_cuda.so': Buffer.alloc(200_000, 'provider'),
      'onnxruntime/capi/onnxruntime_pybind11_state.so': Buffer.from('not ours'),
      'onnxruntime/__init__.py': Buffer.from('pass'),
    }),
    wheel('nvidia-cublas', 'nvidia_cublas-13.0.0-py3-none-linux_x86_64.whl', {
      'nvidia/cu13/include/cublas.h': Buffer.from('int x;'),
      'nvidia/cu13/lib/libcublas.so.13': Buffer.alloc(100_000, 'blas'),
    }),
  ];
}

function wheel(project: string, file: string, entries: Readonly<Record<string, Uint8Array>>): FakeWheel {
  const content = zip(entries);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { project, file, bytes: content.length, sha256, content };
}

/** A release of these wheels. */
export function fakeRelease(wheels: readonly FakeWheel[]): EngineRelease {
  return {
    name: 'cuda',
    version: '1.30.0',
    installedBytes: 1_000_000,
    wheels: wheels.map(({ project, file, bytes, sha256 }) => ({ project, file, bytes, sha256 })),
  };
}

/** An index that was asked for something. */
export interface FakeIndex {
  readonly url: string;
  /** Paths that were asked for, each with its range. */
  readonly asked: string[];
  readonly authorizations: Set<string | undefined>;
}

/** How an index may misbehave: answers a file in its own way, if it does. */
export type Mischief = (request: IncomingMessage, response: ServerResponse, content: Buffer) => boolean;

/** An index on loopback with these wheels, closed when the test ends; `files` is where its pages say that the files are. */
export async function startIndex(
  scope: TestScope,
  wheels: readonly FakeWheel[],
  mischief: Mischief = () => false,
  files = '../../files/',
): Promise<FakeIndex> {
  const asked: string[] = [];
  const authorizations = new Set<string | undefined>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { authorization, range } = request.headers;
    authorizations.add(authorization);
    asked.push(range === undefined ? path : `${path} ${range}`);
    const page = wheels.find(({ project }) => path === `/simple/${project}/`);
    const file = wheels.find(({ file: name }) => path === `/files/${name}`);
    if (page !== undefined) {
      const link = `<a href="${files}${page.file}#sha256=${page.sha256}">${page.file}</a>`;
      response.end(`<html><a href="../../files/other-1.0.whl">other</a>${link}</html>`);
    } else if (file !== undefined && !mischief(request, response, file.content)) {
      const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200).end(file.content.subarray(start));
    } else if (!response.headersSent) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(scope, async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, asked, authorizations };
}

/** A home, and a folder with something in the place of the binding. */
export async function engineHome(scope: TestScope): Promise<{ home: string; bindingFolder: string }> {
  const folder = await temporaryFolder(scope);
  const bindingFolder = join(folder, 'package');
  await mkdir(bindingFolder);
  await writeFile(join(bindingFolder, 'onnxruntime_binding.node'), 'binding');
  return { home: join(folder, 'home'), bindingFolder };
}
