import { type Kind, scalarKind } from './kind.ts'

/** A host and a port. */
export interface NetworkAddress {
  readonly host: string
  readonly port: number
}

/** `host:port`, `host`, `:port` for this machine, `[::1]:port`. Brackets are not part of the host. */
export function parseAddress(text: string, defaultPort: number): NetworkAddress | null {
  const [, bracketed, plain = '', port] =
    /^(?:\[([0-9a-f:.%a-z]+)\]|([^\s:/@?#[\]]*))(?::([0-9]{1,5}))?$/i.exec(text) ?? []
  const number = port === undefined ? defaultPort : Number(port)
  if (text === '' || number < 1 || number > 65_535 || text.length > 300) return null
  if (bracketed === undefined && plain === '' && port === undefined) return null
  return { host: bracketed ?? (plain === '' ? 'localhost' : plain), port: number }
}

/** As it is written. */
export function addressText({ host, port }: NetworkAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Kept as `host:port`. */
export function networkAddress(defaultPort: number): Kind {
  return scalarKind('an address like localhost:6379', { type: 'string' }, (text) => {
    const address = parseAddress(text, defaultPort)
    return address === null ? undefined : addressText(address)
  })
}
