import ts from 'typescript'

/** How an example gets at packages. */
export type ModuleForm = 'import' | 'require'

/** An example as a JavaScript file of its own: what stands in a README, with its imports left or made into `require`. */
export function exampleScript(code: string, form: ModuleForm): { readonly extension: string; readonly text: string } {
  const module = form === 'import' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module, esModuleInterop: true, verbatimModuleSyntax: false }
  const { outputText } = ts.transpileModule(code, { compilerOptions })
  if (form === 'import') return { extension: 'mjs', text: outputText }
  // A CommonJS file has no await at its top.
  return { extension: 'cjs', text: `(async () => {\n${outputText}\n})()\n` }
}

/** The packages that a README tells its reader to install, in all its lines that do. */
export function installedBy(readme: string): string[] {
  const lines = readme.matchAll(/^npm install (@?[\w/@. -]+?)(?: *#.*)?$/gm)
  return [...new Set([...lines].flatMap(([, names = '']) => names.trim().split(/ +/)))]
}
