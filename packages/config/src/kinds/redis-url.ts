import { Secret } from '../secret.ts'
import type { Value } from '../value.ts'
import { Assignments } from './assignments.ts'
import { type Kind, scalarKind, Unfit } from './kind.ts'
import { addressText, parseAddress } from './network-address.ts'

/** Where a URL, or a plain `host:port`, leads. */
interface RedisPlace {
  readonly address: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number | undefined
  readonly isTls: boolean
}

/** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
export const redisUrl: Kind = scalarKind(
  'a URL like redis://user:password@host:6379/0, or rediss:// for TLS',
  { type: 'string' },
  (text) => {
    const place = /^rediss?:/.test(text) ? placeOf(text, 6379) : null
    if (place === null) return undefined
    const { address, username, password, db, isTls } = place
    return new Assignments([
      ['store.redis.addr', address],
      ['store.redis.username', username],
      ['store.redis.password', secret(password)],
      ['store.redis.db', db],
      ['store.redis.tls.enabled', isTls || undefined],
    ])
  },
)

/** Nodes of a cluster; user, password and TLS are the same for all. */
export const clusterNodes: Kind = nodes(6379, (addresses, first) => [
  ['store.redis.cluster', addresses],
  ['store.redis.username', first.username],
  ['store.redis.password', secret(first.password)],
  ['store.redis.tls.enabled', first.isTls || undefined],
])

/** Sentinels. What their URLs hold is for them, and not for the servers behind them. */
export const sentinelNodes: Kind = nodes(26379, (addresses, first) => [
  ['store.redis.sentinels', addresses],
  ['store.redis.sentinelUsername', first.username],
  ['store.redis.sentinelPassword', secret(first.password)],
  ['store.redis.sentinelTls', first.isTls || undefined],
])

function nodes(
  defaultPort: number,
  assign: (addresses: readonly string[], first: RedisPlace) => (readonly [string, unknown])[],
): Kind {
  const takes = `a list of addresses like host:${defaultPort} or redis://host:${defaultPort}, all with the same user and password`
  const schema = { anyOf: [{ type: 'array', items: { type: 'string' }, minItems: 1 }, { type: 'string' }] }
  return {
    takes,
    schema,
    suffix: '',
    read(given) {
      const places = textsOf(given).map((text) => placeOf(text, defaultPort))
      const [first] = places
      const alike = places.every(
        (place) =>
          place !== null &&
          place.db === undefined &&
          place.username === first?.username &&
          place.password === first?.password &&
          place.isTls === first?.isTls,
      )
      if (!first || !alike) return new Unfit(`must be ${takes}`)
      return new Assignments(assign(Object.freeze(places.flatMap((place) => place?.address ?? [])), first))
    },
  }
}

/** The texts of a list, or of one text with commas between them. */
function textsOf(given: Value): string[] {
  if (given.kind === 'list') return given.items.map((item) => (item.kind === 'scalar' ? item.text : ''))
  if (given.kind !== 'scalar' || given.value === null) return []
  return given.text.split(',').map((text) => text.trim())
}

function placeOf(text: string, defaultPort: number): RedisPlace | null {
  if (!text.includes('://')) {
    const address = parseAddress(text, defaultPort)
    if (address === null) return null
    return { address: addressText(address), username: undefined, password: undefined, db: undefined, isTls: false }
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || url.search !== '' || url.hash !== '')
    return null
  const [, db] = /^\/?([0-9]{0,9})$/.exec(url.pathname) ?? []
  const username = decoded(url.username)
  const password = decoded(url.password)
  const address = parseAddress(url.host, defaultPort)
  if (db === undefined || username === null || password === null || address === null) return null
  return {
    address: addressText(address),
    username: username || undefined,
    password: password || undefined,
    db: db === '' ? undefined : Number(db),
    isTls: url.protocol === 'rediss:',
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}
