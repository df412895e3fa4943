interface Interpreter {
  readonly name: RegExp
  /** Letters that take code or a module, alone or among others: `-c`, `-pe`. */
  readonly letters?: string | undefined
  readonly words?: readonly string[] | undefined
  /** The whole program is refused with any argument of its own. */
  readonly always?: boolean | undefined
}

const interpreters: readonly Interpreter[] = [
  {
    name: /^(node|nodejs)[\d.]*$/,
    letters: 'epr',
    words: [
      'eval',
      'print',
      'require',
      'import',
      'loader',
      'experimental-loader',
      'env-file',
      'experimental-default-config-file',
      'experimental-config-file',
      'inspect',
      'inspect-brk',
      'inspect-wait',
    ],
  },
  {
    name: /^(bun|deno|tsx|ts-node)$/,
    letters: 'epr',
    words: ['eval', 'print', 'preload', 'require', 'import', 'loader'],
  },
  { name: /^(python|pypy)[\d.]*w?$/, letters: 'cm' },
  {
    name: /^(sh|bash|dash|zsh|ash|ksh|fish|csh|tcsh)$/,
    letters: 'cs',
    words: ['init-file', 'rcfile', 'command', 'init-command'],
  },
  { name: /^(perl|ruby)[\d.]*$/, letters: 'eErmM', words: ['require'] },
  { name: /^php[\d.]*$/, letters: 'rBREF', words: ['run', 'process-code', 'process-begin'] },
  { name: /^lua(jit)?[\d.]*$/, letters: 'el' },
  {
    name: /^(npx|npm|pnpm|pnpx|yarn|bunx)(\.c?js|-cli\.js)?$/,
    letters: 'c',
    words: ['call', 'shell-mode', 'script-shell', 'node-options'],
  },
  {
    name: /^(busybox|toybox|env|xargs|nohup|setsid|sudo|su|doas|nice|timeout|stdbuf|script|expect|awk|gawk|find|ssh)$/,
    always: true,
  },
  { name: /^(cmd|powershell|pwsh)(\.exe)?$/i, always: true },
]

/**
 * The first argument of an interpreter that is code itself, names a module to load, or reads the program from the pipe that MCP is
 * spoken over; null if there is none. Only what comes before the program's file belongs to the interpreter.
 */
export function codeFlag(program: string, args: readonly string[]): string | null {
  const interpreter = interpreters.find(({ name }) => name.test(program))
  if (interpreter === undefined) return null
  if (interpreter.always === true) return program
  const { letters = '', words = [] } = interpreter
  const subcommand = args.find((arg) => !arg.startsWith('-'))
  if (/^(deno|bun)$/.test(program) && (subcommand === 'eval' || subcommand === 'repl' || subcommand === 'x'))
    return subcommand
  for (const [index, arg] of args.entries()) {
    if (arg === '--') break
    if (arg === '-') return arg
    if (arg.startsWith('--')) {
      const word = arg.slice(2).split('=')[0] ?? ''
      if (words.includes(word)) return `--${word}`
    } else if (arg.startsWith('-')) {
      const letter = [...(/^-[A-Za-z]*/.exec(arg)?.[0] ?? '').slice(1)].find((one) => letters.includes(one))
      if (letter !== undefined) return `-${letter}`
      // What follows a flag may be its value and not the program's file: then more flags may come.
    } else if (!isRunner(program) && !/^-[^=]*$/.test(args[index - 1] ?? '')) break
  }
  return null
}

/** Whether a package runner is asked for a package without naming its exact version: what it runs tomorrow is not what runs today. */
export function floatingPackage(program: string, args: readonly string[]): boolean {
  if (!isRunner(program)) return false
  const packages = args.flatMap((arg, index) => {
    if (arg.startsWith('--package=') || arg.startsWith('--from=')) return [arg.slice(arg.indexOf('=') + 1)]
    return /^(-p|--package|--from)$/.test(args[index - 1] ?? '') ? [arg] : []
  })
  const words = args.filter((arg) => !arg.startsWith('-'))
  const [first = ''] = words.filter((word) => !/^(exec|dlx|x|run|tool)$/.test(word))
  const asked = packages.length > 0 ? packages : [first]
  return !asked.every((name) => /^(@[\w.-]+\/)?[\w.-]+(\[[\w,-]+\])?(@|==)\d+(\.\d+)+([-+.]?[\w.-]+)?$/.test(name))
}

function isRunner(program: string): boolean {
  return /^(npx|npm|pnpm|pnpx|yarn|bunx|uvx|uv|pipx)(\.c?js|-cli\.js)?$/.test(program)
}
