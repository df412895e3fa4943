import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const timeoutMs = 300_000

/** Runs npm in a folder. What it printed is in the error if it fails. */
export async function runNpm(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return await run('npm', args, folder, env)
}

/** Runs a program in a folder to its end, and answers what it printed on its output. */
export async function run(
  file: string,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = {
    cwd: folder,
    timeout: timeoutMs,
    maxBuffer: 64_000_000,
    env: { ...process.env, NO_UPDATE_NOTIFIER: '1', ...env },
  }
  try {
    const { stdout } = await promisify(execFile)(file, [...args], options)
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${file} ${args.join(' ')} failed in ${folder}:\n${stdout}\n${stderr}`.trim(), { cause: error })
  }
}
