import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { basename, delimiter, isAbsolute, join } from 'node:path'
import { mcpError } from '../mcp-error.ts'
import { codeFlag, floatingPackage } from './inline-code.ts'

/** A command that configurations may name, with the arguments it may have. */
export interface CommandRule {
  /** A name, which a configuration has to write in the same way; or an absolute path, compared by where it really leads. */
  readonly command: string
  /**
   * One matcher for each argument, in order: the text itself, or a pattern for the whole of it; or a function that looks at all.
   * What the functions and patterns see has its references replaced. @default no arguments
   */
  readonly args?: readonly (string | RegExp)[] | ((args: readonly string[]) => boolean) | undefined
}

/**
 * Where the program is that a configuration asks for.
 *
 * @returns its absolute path.
 * @throws {@link SessError} `MCP_POLICY_DENIED` if no rule allows it, or if its arguments are code or a package of no exact version.
 * @throws {@link SessError} `MCP_SPAWN_FAILED` if a rule allows it and it is not there.
 */
export async function allowedCommand(
  server: string,
  command: string,
  args: readonly string[],
  rules: readonly CommandRule[],
): Promise<string> {
  const denied = (reason: string) => mcpError('MCP_POLICY_DENIED', server, reason)
  const found = await findProgram(command)
  const real = found === null ? null : await realpath(found)
  const ofCommand: CommandRule[] = []
  for (const rule of rules) if (await names(rule, command, real)) ofCommand.push(rule)
  if (ofCommand.length === 0) throw denied('the command is not allowed')
  const programs = [basename(command), ...(real === null ? [] : [basename(real)])]
  for (const program of programs) {
    const flag = codeFlag(program, args)
    if (flag !== null) throw denied(`${flag} is not allowed: it runs what is given to it as code`)
    if (floatingPackage(program, args)) throw denied('a package that is run needs an exact version')
  }
  if (!ofCommand.some((rule) => allows(rule, args))) throw denied('the arguments are not allowed')
  if (found === null) throw mcpError('MCP_SPAWN_FAILED', server, 'the program is not there')
  return found
}

async function names({ command: allowed }: CommandRule, command: string, real: string | null): Promise<boolean> {
  if (!isAbsolute(allowed)) return allowed === command
  if (allowed === command && real === null) return true
  return real !== null && (await realpath(allowed).catch(() => null)) === real
}

function allows({ args: matchers = [] }: CommandRule, args: readonly string[]): boolean {
  if (typeof matchers === 'function') return matchers(args)
  return matchers.length === args.length && matchers.every((matcher, index) => matchesWhole(matcher, args[index] ?? ''))
}

function matchesWhole(matcher: string | RegExp, arg: string): boolean {
  if (typeof matcher === 'string') return matcher === arg
  return new RegExp(`^(?:${matcher.source})$`, matcher.flags.replaceAll(/[gy]/g, '')).test(arg)
}

/** A program by its path, or by its name on the PATH of this process, as a shell finds it. */
async function findProgram(command: string): Promise<string | null> {
  const folders = isAbsolute(command) ? [''] : (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  for (const folder of folders) {
    const path = folder === '' ? command : join(folder, command)
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return null
}
