import { newSessionId } from '../../../src/index.ts'
import { workspaces } from '../../../src/workspace/index.ts'
import type { ProgramTask } from './run-program.ts'

// A process of its own that works on workspaces, and tells its parent what it did.
process.once('message', async (task: ProgramTask) => {
  process.umask(task.umask ?? 0o022)
  try {
    process.send?.({ type: 'done', value: await work(task) })
  } catch (error) {
    process.send?.({ type: 'failed', value: String(error instanceof Error ? error.stack : error) })
  }
  process.disconnect()
})

async function work({ does, root, session, count = 1, options = {} }: ProgramTask): Promise<unknown> {
  const folders = workspaces(root, options)
  const folder = folders.for(session)
  process.send?.({ type: 'ready' })
  if (does === 'live') {
    await folders.provision(session)
    await folder.writeFile('deep/er/file', 'x')
    await folder.writeFile('deep/er/file', 'again')
    const read = await folder.readText('deep/er/file')
    await folder.remove('deep/er')
    return read
  }
  if (does === 'write') {
    let written = 0
    for (let index = 0; index < count; index++) {
      try {
        await folder.writeFile(`${process.pid}/${index}`, new Uint8Array(1000))
        written++
      } catch {}
    }
    return written
  }
  if (does === 'come-and-go') {
    const sessions = Array.from({ length: count }, () => ({ id: newSessionId(session.owner), owner: session.owner }))
    // Each is gone before the next comes, so the folder of the owner comes and goes too.
    for (const one of sessions) {
      await folders.provision(one)
      await folders.for(one).writeFile('file', 'x')
      await folders.destroy(one)
    }
    return sessions.length
  }
  if (does === 'provision') {
    const sessions = Array.from({ length: count }, (_, index) => {
      const owner = { orgId: 'acme', userId: `user-${index % 7}` }
      return { id: newSessionId(owner), owner }
    })
    await Promise.all(sessions.map((one) => folders.provision(one)))
    return sessions
  }
  if (does === 'measure') return await folder.usage()
  await folders.destroy(session)
  return 'destroyed'
}
