import { mcpError } from '../mcp-error.ts'

/** Variables that change what a program loads and runs, and not what it works with. */
const dangerous =
  /^(LD_.*|DYLD_.*|PATH|NODE_OPTIONS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|PYTHON.*|PERL5?(LIB|OPT|DB)|PERL5.*|RUBY(LIB|OPT)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|BASH_ENV|BASH_FUNC_.*|ENV|IFS|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|GCONV_PATH|GIT_(SSH.*|EXEC_PATH|CONFIG.*|EXTERNAL_DIFF|ASKPASS|EDITOR|PAGER)|EDITOR|VISUAL|PAGER|BROWSER|SSH_ASKPASS|SSL_CERT_(FILE|DIR)|npm_config_.*|YARN_.*|UV_.*|PIP_.*|DENO_.*|BUN_.*)$/i

/** What a program may know of this process: nothing that could be a secret. */
const safeNames = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER']

/** @throws {@link SessError} `MCP_POLICY_DENIED` for a variable that `allowed` does not name and that could change what is run. */
export function assertEnvironment(
  server: string,
  env: Readonly<Record<string, string>>,
  allowed: readonly string[],
): void {
  const denied = Object.keys(env).find((name) => dangerous.test(name) && !allowed.includes(name))
  if (denied !== undefined)
    throw mcpError('MCP_POLICY_DENIED', server, `the variable ${denied} may change what is run, and is not allowed`)
}

/** The whole environment of a program: six names of this process, and what its configuration gives it. */
export function programEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const safe = safeNames.flatMap((name) => {
    const value = process.env[name]
    // What begins so is a function of the shell, not a value.
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(safe), ...env }
}
