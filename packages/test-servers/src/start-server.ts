import { dockerSharesNetwork } from './docker.ts'
import { freePort } from './free-port.ts'
import { type ServerPlace, type ServerPlan, ServerProcess } from './server-process.ts'
import { makeTempFolder } from './temp-folder.ts'

/** Starts a server on a free port, with an empty data folder. */
export async function startServer(plan: ServerPlan): Promise<ServerProcess> {
  return await onFreePorts(1, ([port = 0]) => startOnPort(plan, port))
}

/** Starts servers on ports that they had to know beforehand, and notes each in `started`, also if another one fails. */
export async function startGroup(
  plans: readonly { readonly plan: ServerPlan; readonly port: number }[],
  started: ServerProcess[],
): Promise<ServerProcess[]> {
  const results = await Promise.allSettled(plans.map(({ plan, port }) => startOnPort(plan, port)))
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  started.push(...servers)
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return servers
}

export async function stopGroup(servers: readonly ServerProcess[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
}

/** Finds free ports for `start`, and others if somebody else has taken one of them in between. */
export async function onFreePorts<Started>(
  count: number,
  start: (ports: readonly number[]) => Promise<Started>,
  below?: number,
): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    const ports: number[] = []
    while (ports.length < count) ports.push(await freePort(below))
    try {
      return await start(ports)
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error) || !/address already in use/i.test(error.message)) throw error
    }
  }
}

async function startOnPort(plan: ServerPlan, port: number): Promise<ServerProcess> {
  const bind = 'image' in plan.program && !dockerSharesNetwork ? '0.0.0.0' : '127.0.0.1'
  const place: ServerPlace = { port, bind, dataDir: makeTempFolder(plan.kind) }
  const server = new ServerProcess(plan, place)
  try {
    await plan.prepare?.(place)
    await server.start()
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}
