import type { Pool, PoolConnection } from 'mysql2'
import { type Call, DeadlineError, within } from './call.ts'
import type { Connection, ConnectionSource } from './connection.ts'
import { DriverError } from './driver-error.ts'
import { mysql2Connection } from './mysql2-connection.ts'
import { applySettings } from './settings.ts'

/** Calls that may wait for a connection. More would only wait until their deadline. */
const maxWaiting = 10_000
/** After so long unused a connection is asked whether it still lives: firewalls drop idle ones in silence. */
const checkAfterIdleMs = 30_000
/** A connection is replaced after about so long, so that a failover of the servers behind one address spreads. */
const lifetimeMs = 600_000

/** So long the end of a pool is waited for: of a connection that is destroyed meanwhile, mysql2 never says that it is gone. */
const goodbyeMs = 5_000

/** Connections that have a listener for errors. Stores that share a pool need one together. */
const heard = new WeakSet<PoolConnection>()

interface Life {
  readonly endsAt: number
  usedAt: number
}

/**
 * Connections of a mysql2 pool with what the pool itself does not have: a deadline and a bound for those who wait,
 * a longest life, a check of those that were idle, and settings made once per connection.
 */
export class PoolSource implements ConnectionSource {
  readonly #pool: Pool
  readonly #isOwn: boolean
  readonly #lives = new WeakMap<PoolConnection, Life>()
  #waiting = 0
  #inUse = 0

  constructor(pool: Pool, isOwn: boolean) {
    this.#pool = pool
    this.#isOwn = isOwn
  }

  async acquire(call: Call): Promise<Connection> {
    if (this.#waiting >= maxWaiting) throw new DriverError('OVERLOADED', 0, 'fail', 'too many calls wait', false)
    for (;;) {
      const raw = await this.#next(call)
      const connection = this.#held(raw)
      try {
        if (await this.#isReady(call, raw, connection)) return connection
        connection.destroy()
      } catch (error) {
        connection.destroy()
        throw error
      }
    }
  }

  get size(): number | null {
    // Not in the types of the driver, and 0 is without a limit.
    const { config } = this.#pool as { readonly config?: { readonly connectionLimit?: number } }
    return config?.connectionLimit || null
  }

  async close(): Promise<void> {
    if (!this.#isOwn) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, goodbyeMs)
      this.#pool.end(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  figures(): { readonly [name: string]: number } {
    return { connectionsInUse: this.#inUse, callsWaiting: this.#waiting }
  }

  async #next(call: Call): Promise<PoolConnection> {
    this.#waiting++
    // Told before getConnection returns, if the pool neither has a free connection nor may make one.
    let isExhausted = false
    const onEnqueue = (): void => {
      isExhausted = true
    }
    this.#pool.once('enqueue', onEnqueue)
    const next = new Promise<PoolConnection>((resolve, reject) => {
      this.#pool.getConnection((error, raw) => (error ? reject(error) : resolve(raw)))
    })
    this.#pool.off('enqueue', onEnqueue)
    try {
      return await within(call, next)
    } catch (error) {
      // If it comes after all, somebody else can have it.
      next.then((raw) => raw.release()).catch(() => {})
      if (error instanceof DeadlineError && isExhausted)
        throw new DriverError('POOL_EXHAUSTED', 0, 'fail', 'all connections are in use', false)
      throw error
    } finally {
      this.#waiting--
    }
  }

  /** False if it should be replaced by another one. */
  async #isReady(call: Call, raw: PoolConnection, connection: Connection): Promise<boolean> {
    const now = performance.now()
    const life = this.#lives.get(raw)
    if (life === undefined) {
      // Without a listener an error between two calls would end the process.
      if (!heard.has(raw)) raw.on('error', () => {})
      heard.add(raw)
      await within(call, applySettings(connection))
      this.#lives.set(raw, { endsAt: now + lifetimeMs * (0.8 + Math.random() * 0.4), usedAt: now })
      return true
    }
    if (this.#isOwn && now > life.endsAt) return false
    if (now - life.usedAt < checkAfterIdleMs) return true
    return await within(
      call,
      connection.send({ sql: 'select 1', parameters: [] }).then(
        () => true,
        () => false,
      ),
    )
  }

  #held(raw: PoolConnection): Connection {
    this.#inUse++
    return mysql2Connection(raw, () => {
      this.#inUse--
      const life = this.#lives.get(raw)
      if (life !== undefined) life.usedAt = performance.now()
    })
  }
}
