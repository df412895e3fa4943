import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `isTrue`, and fails after a while if it never is. */
export async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error('It did not become true in time')
    await sleep(10)
  }
}
