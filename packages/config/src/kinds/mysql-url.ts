import { Secret } from '../secret.ts'
import { Assignments } from './assignments.ts'
import { type Kind, scalarKind } from './kind.ts'
import { parseAddress } from './network-address.ts'

/** Where a database is, as a URL or a DSN tells it. */
interface MysqlPlace {
  readonly user: string
  readonly password: string
  /** `host:port`. */
  readonly address: string
  readonly database: string
  readonly tls: string | null
}

/** `mysql://user:password@host:3306/database?tls=true` */
export const mysqlUrl: Kind = scalarKind(
  'a URL like mysql://user:password@host:3306/database, with ?tls=true or nothing behind it',
  { type: 'string' },
  (text) => assignments(fromUrl(text)),
)

/** The URL, or what drivers of Go take: `user:password@tcp(host:3306)/database?parseTime=true`. */
export const mysqlDsn: Kind = scalarKind(
  'like user:password@tcp(host:3306)/database?parseTime=true, with no parameters but tls, parseTime, loc, charset and collation',
  { type: 'string' },
  (text) => assignments(/^(mysql|mariadb):\/\//.test(text) ? fromUrl(text) : fromDsn(text)),
)

function assignments(place: MysqlPlace | null): Assignments | undefined {
  const address = place === null ? null : parseAddress(place.address, 3306)
  const tls = place?.tls ?? null
  if (place === null || address === null || (tls !== null && !/^(true|false|skip-verify)$/.test(tls))) return undefined
  return new Assignments([
    ['store.mysql.host', address.host],
    ['store.mysql.port', address.port],
    ['store.mysql.username', place.user || undefined],
    ['store.mysql.password', place.password === '' ? undefined : new Secret(place.password)],
    ['store.mysql.database', place.database || undefined],
    ['store.mysql.tls.enabled', tls === null ? undefined : tls !== 'false'],
    ['store.mysql.tls.insecureSkipVerify', tls === 'skip-verify' || undefined],
  ])
}

function fromUrl(text: string): MysqlPlace | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^(mysql|mariadb):$/.test(url.protocol) || url.hostname === '' || url.hash !== '') return null
  if ([...url.searchParams.keys()].some((name) => name !== 'tls')) return null
  try {
    return {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      address: url.host,
      database: decodeURIComponent(url.pathname.slice(1)),
      tls: url.searchParams.get('tls'),
    }
  } catch {
    return null
  }
}

/** The password may hold any character, so the last `@` and the last `/` are those that count. */
function fromDsn(text: string): MysqlPlace | null {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return null
  const [database = '', query = ''] = text.slice(slash + 1).split('?', 2)
  const parameters = new URLSearchParams(query)
  // Time and characters are the store's own business; the others would have to be obeyed.
  if ([...parameters.keys()].some((name) => !/^(tls|parseTime|loc|charset|collation)$/.test(name))) return null
  const at = text.lastIndexOf('@', slash)
  const credentials = at < 0 ? '' : text.slice(0, at)
  const colon = credentials.indexOf(':')
  const [, address] = /^(?:tcp6?(?:\(([^()]*)\))?)?$/.exec(text.slice(at + 1, slash)) ?? []
  if (address === undefined && !/^(tcp)?$/.test(text.slice(at + 1, slash))) return null
  return {
    user: colon < 0 ? credentials : credentials.slice(0, colon),
    password: colon < 0 ? '' : credentials.slice(colon + 1),
    address: address || 'localhost:3306',
    database,
    tls: parameters.get('tls'),
  }
}
