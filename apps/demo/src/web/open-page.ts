import { spawn } from 'node:child_process'

/** Opens the page in the person's browser, where there is a screen. Whoever has none opens the printed address. */
export function openPage(url: string, { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION, CI }: NodeJS.ProcessEnv): void {
  if (SSH_CONNECTION || CI) return
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  if (command === undefined) return
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => {
    // The address was printed.
  })
  child.unref()
}
