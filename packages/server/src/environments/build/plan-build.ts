import { createHash } from 'node:crypto';
import { SlipwayError } from '@slipway/contract';
import type { ParsedDefinition } from '../definition/parsed-definition.ts';
import { findProgram } from '../machine/search-path.ts';

/** What installs packages. */
export interface Tool {
  readonly name: 'uv' | 'pip' | 'npm' | 'micromamba' | 'mamba' | 'conda' | 'pixi' | 'none';
  /** Empty where it is a module of the Python that is built with, or nothing is installed. */
  readonly path: string;
}

/** What is to be built, with which tool, and the name of the content. */
export interface BuildPlan {
  readonly parsed: ParsedDefinition;
  readonly tool: Tool;
  /** SHA-256 of definition, platform and tool, in hexadecimal digits. */
  readonly hash: string;
}

/** Changes when the same definition would be built into something else. */
const LAYOUT = 1;

const CONDA_TOOLS = ['micromamba', 'mamba', 'conda', 'pixi'] as const;

/** Plans the build of a definition with the tools in `folders`. Throws `not_found` if none can build it. */
export async function planBuild(parsed: ParsedDefinition, folders: readonly string[]): Promise<BuildPlan> {
  const tool = await chooseTool(parsed, folders);
  const platform = `${process.platform}-${process.arch}`;
  const content = JSON.stringify([LAYOUT, parsed, platform, tool.name]);
  return { parsed, tool, hash: createHash('sha256').update(content).digest('hex') };
}

async function chooseTool(parsed: ParsedDefinition, folders: readonly string[]): Promise<Tool> {
  switch (parsed.kind) {
    case 'pip': {
      const uv = await findProgram(['uv'], folders);
      return uv === undefined ? { name: 'pip', path: '' } : { name: 'uv', path: uv.path };
    }
    case 'conda': {
      const found = await findProgram(CONDA_TOOLS, folders);
      if (found === undefined) throw noConda(parsed.packages);
      return found as Tool;
    }
    case 'npm': {
      const npm = await findProgram(['npm'], folders);
      if (npm === undefined) throw noNpm();
      return { name: 'npm', path: npm.path };
    }
    case 'interpreter':
      return { name: 'none', path: '' };
  }
}

function noConda(packages: readonly string[]): SlipwayError {
  const names = packages.map((text) => `"${text}"`).join(', ');
  return new SlipwayError(
    'not_found',
    `${names} ${packages.length === 1 ? 'comes' : 'come'} from conda, and none of ${CONDA_TOOLS.join(', ')} is on the PATH of the server. Install one of them (micromamba is one file), or list below "pip:" what an index of Python packages has too.`,
    { details: { packages, tools: CONDA_TOOLS } },
  );
}

function noNpm(): SlipwayError {
  return new SlipwayError(
    'not_found',
    'A package.json is installed by npm, which is not on the PATH of the server.',
  );
}
