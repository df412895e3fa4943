import { join } from 'node:path'
import type TypeScript from 'typescript'

/** The two ways in which packages are found today: as Node does, and as bundlers do. */
export type Resolution = 'nodenext' | 'bundler'

/**
 * Checks files as somebody has them who installed packages and set little more than `strict`.
 *
 * @param typescript any release of the compiler.
 * @param typeRoots where the types of Node are.
 * @returns what the compiler complains of in the files and in packages of ours, one line each.
 */
export function typeProblems(
  typescript: typeof TypeScript,
  folder: string,
  files: readonly string[],
  options: { readonly resolution: Resolution; readonly typeRoots: string },
): string[] {
  const { ModuleKind, ModuleResolutionKind, ScriptTarget } = typescript
  const program = typescript.createProgram([...files], {
    ...(options.resolution === 'nodenext'
      ? { module: ModuleKind.NodeNext }
      : { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }),
    target: ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [options.typeRoots],
  })
  const ours = program.getSourceFiles().filter(({ fileName }) => {
    return files.includes(fileName) || fileName.startsWith(join(folder, 'node_modules/@sess'))
  })
  const problems = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ]
  return problems.map(({ file, start = 0, messageText, code }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
    const text = typescript.flattenDiagnosticMessageText(messageText, '\n')
    return `${file?.fileName.slice(folder.length + 1) ?? 'options'}:${line} TS${code}: ${text}`
  })
}
