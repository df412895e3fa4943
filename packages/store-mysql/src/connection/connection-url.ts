import { connect, isIP } from 'node:net'
import { invalidArgument } from '@sess/core'
import type { PoolOptions, SslOptions } from 'mysql2'
import type { MysqlConnectionOptions, MysqlTls } from './connection-options.ts'

/**
 * Where to connect, as mysql2 wants it said. Errors never quote the URL: it holds the password.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` naming the option.
 */
export function connectionOf(
  url: string | undefined,
  connection: MysqlConnectionOptions | undefined,
  tls: MysqlTls,
): PoolOptions {
  if (url !== undefined) return fromUrl(url, tls)
  const { host, port = 3306, user, password, database } = connection ?? {}
  for (const [name, value] of Object.entries({ host, user, database }))
    if (typeof value !== 'string' || value === '') throw invalidArgument(`connection.${name}`, 'must be given')
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535)
    throw invalidArgument('connection.port', 'must be a port from 1 to 65,535')
  return withTls({ host: host ?? '', port, user: user ?? '', database: database ?? '' }, password, tls)
}

function fromUrl(text: string, tls: MysqlTls): PoolOptions {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^(mysql|mariadb):$/.test(url.protocol))
    throw invalidArgument('url', 'must be like mysql://user:password@host:3306/database')
  const database = decoded(url.pathname.slice(1))
  if (url.hostname === '') throw invalidArgument('url', 'names no host')
  if (database === '') throw invalidArgument('url', 'names no database')
  let tlsOfUrl: MysqlTls
  for (const [name, value] of url.searchParams) {
    if (name !== 'tls' || (value !== 'true' && value !== 'false'))
      throw invalidArgument(
        'url',
        'has a parameter that is unknown; there is tls=true, and everything else is an option',
      )
    tlsOfUrl = value === 'true'
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? 3306 : Number(url.port)
  return withTls({ host, port, user: decoded(url.username), database }, decoded(url.password), tls ?? tlsOfUrl)
}

function withTls(options: PoolOptions, password: string | undefined, tls: MysqlTls): PoolOptions {
  const ssl = sslOf(tls)
  const servername = typeof tls === 'object' ? tls.servername : undefined
  return {
    ...options,
    ...(servername !== undefined && namedOtherwise(options, servername)),
    ...(password !== undefined && password !== '' && { password }),
    ...(ssl !== null && { ssl }),
  }
}

/** The driver does not compare the name of the host with the certificate unless it is told to. */
function sslOf(tls: MysqlTls): SslOptions | null {
  if (tls === undefined || tls === false) return null
  if (tls === true) return { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' }
  if (typeof tls !== 'object') throw invalidArgument('tls', 'must be true, false or an object')
  const { servername: _, ...ssl } = tls
  return { verifyIdentity: tls.rejectUnauthorized !== false, minVersion: 'TLSv1.2', ...ssl }
}

/** The driver compares the certificate with the host it was given, so the way to the server goes past that. */
function namedOtherwise({ host = '', port = 3306 }: PoolOptions, servername: string): PoolOptions {
  if (typeof servername !== 'string' || servername === '' || isIP(servername) !== 0)
    throw invalidArgument('tls.servername', 'must be the name of a host')
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 10_000 }
  return { host: servername, stream: () => connect({ host, port, noDelay: true, ...keepAlive }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidArgument('url', 'is not percent-encoded as it should be')
  }
}
