// The READMEs' TypeScript is compiled against the sources. Each ```ts block is a module of its own, as if it stood in a
// file beside its README; one that starts with `// continues` goes on where the block before it ended.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

interface Block {
  /** Where the compiler believes the block to be. */
  readonly file: string;
  readonly readme: string;
  /** One entry a line of `code`: its line number in the README. */
  readonly lines: readonly number[];
  readonly code: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = subfolders('examples');
const readmes = ['', ...subfolders('packages'), ...examples]
  .map((dir) => join(root, dir, 'README.md'))
  .filter((file) => existsSync(file));

describe('README code', () => {
  const blocks = readmes.flatMap(blocksOf);

  it('compiles', () => {
    expect(faults(blocks)).toEqual([]);
  }, 60_000);

  it('begins with the quickstart, to the letter', () => {
    const quickstart = readFileSync(join(root, 'examples/quickstart/src/main.ts'), 'utf8').trimEnd();
    expect(blocksOf(join(root, 'README.md'))[0]?.code).toBe(quickstart);
  });

  it('would be reported with its README and line', () => {
    const readme = join(root, 'README.md');
    const wrong = {
      file: join(root, '__wrong__.ts'),
      readme,
      lines: [7],
      code: 'const n: number = "one"; export { n };',
    };
    expect(faults([wrong])).toEqual([expect.stringMatching(/^README\.md:7: .*not assignable to type 'number'/)]);
  }, 60_000);
});

/** The ```ts blocks of a README, continuations joined to what they continue. */
function blocksOf(readme: string): Block[] {
  const blocks: Block[] = [];
  let open: { code: string[]; lines: number[] } | undefined;
  for (const [index, line] of readFileSync(readme, 'utf8').split('\n').entries()) {
    if (!open) {
      if (/^\s*```(ts|typescript)\b/.test(line)) open = { code: [], lines: [] };
    } else if (/^\s*```\s*$/.test(line)) {
      addBlock(blocks, readme, open.code, open.lines);
      open = undefined;
    } else {
      open.code.push(line);
      open.lines.push(index + 1);
    }
  }
  if (open) throw new Error(`${relative(root, readme)}: a code block is not closed`);
  return blocks;
}

function addBlock(blocks: Block[], readme: string, code: string[], lines: number[]): void {
  const continued = code[0]?.trim().startsWith('// continues') ? blocks.pop() : undefined;
  blocks.push({
    file: continued?.file ?? join(dirname(readme), `__readme_${blocks.length}__.ts`),
    readme,
    lines: [...(continued?.lines ?? []), ...lines],
    code: [...(continued ? [continued.code] : []), ...code].join('\n'),
  });
}

/** What the compiler has to say, as `README.md:12: message`. */
function faults(blocks: readonly Block[]): string[] {
  if (blocks.length === 0) return [];
  const byFile = new Map(blocks.map((block) => [block.file, block]));
  const options = compilerOptions();
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => byFile.has(name) || disk.fileExists(name),
    readFile: (name) => byFile.get(name)?.code ?? disk.readFile(name),
    getSourceFile: (name, target) => {
      const block = byFile.get(name);
      // `export {}` makes a module of a block that neither imports nor exports.
      return block ? ts.createSourceFile(name, `${block.code}\nexport {};`, target) : disk.getSourceFile(name, target);
    },
    resolveModuleNameLiterals: (literals, from, _redirected, settings) =>
      literals.map((literal) => resolve(literal.text, from, settings, host, byFile.has(from))),
  };

  const program = ts.createProgram([...byFile.keys()], options, host);
  return blocks.flatMap((block) => {
    const source = program.getSourceFile(block.file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(
      (diagnostic) => `${place(block, diagnostic)}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`,
    );
  });
}

/** A README's reader may have installed what the examples have: express, for one. */
function resolve(name: string, from: string, options: ts.CompilerOptions, host: ts.CompilerHost, inReadme: boolean) {
  const places = [from, ...(inReadme ? examples.map((dir) => join(root, dir, 'main.ts')) : [])];
  const tries = places.map((file) => ts.resolveModuleName(name, file, options, host));
  return tries.find((result) => result.resolvedModule) ?? { resolvedModule: undefined };
}

function compilerOptions(): ts.CompilerOptions {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
    },
  });
  return { ...config?.options, noUnusedLocals: false, noUnusedParameters: false };
}

function place(block: Block, { file, start }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
  return `${relative(root, block.readme)}:${block.lines[Math.min(line, block.lines.length - 1)] ?? 1}`;
}

function subfolders(dir: string): string[] {
  const path = join(root, dir);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name));
}
