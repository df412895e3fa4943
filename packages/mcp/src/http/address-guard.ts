import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { SessError } from '@sess/core'
import ipaddr from 'ipaddr.js'
import { type FetchPolicy, type Network, parseNetworks } from './fetch-policy.ts'

/** Decides about addresses: those in a URL, and those that a name turns out to have. */
export class AddressGuard {
  readonly #hosts: readonly string[] | undefined
  readonly #networks: readonly Network[]
  readonly #loopback: boolean
  readonly #resolve: NonNullable<FetchPolicy['resolve']>

  constructor(policy: FetchPolicy) {
    this.#hosts = policy.allowedHosts?.map((host) => host.toLowerCase())
    this.#networks = parseNetworks(policy.allowedNetworks ?? [])
    this.#loopback = policy.loopback === 'allow'
    this.#resolve = policy.resolve ?? (async (hostname) => await lookup(hostname, { all: true, verbatim: true }))
  }

  /**
   * Checks what can be checked without asking for addresses.
   *
   * @throws {@link SessError} `MCP_POLICY_DENIED`.
   */
  checkUrl(url: URL): void {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw denied('only https is allowed')
    if (url.protocol === 'http:' && !this.#loopback) throw denied('only https is allowed')
    if (url.username !== '' || url.password !== '') throw denied('an address must not hold credentials')
    if (url.hash !== '') throw denied('an address must not have a fragment')
    const host = url.hostname.replace(/\.$/, '')
    if (this.#hosts !== undefined && !this.#hosts.some((allowed) => matches(host, allowed))) {
      throw denied('the host is not one of those allowed')
    }
    const literal = host.replace(/^\[|\]$/g, '')
    if (ipaddr.isValid(literal)) this.#checkAddress(literal, url.protocol)
  }

  /** A resolver for connections of that protocol: a name with one address that is not allowed is not connected at all. */
  lookupFor(protocol: string): LookupFunction {
    return (hostname, options, callback) => {
      this.#addresses(hostname, protocol).then(
        (addresses) => {
          const [first] = addresses
          if (options.all === true) callback(null, [...addresses])
          else if (first === undefined) callback(noAddress(hostname), '')
          else callback(null, first.address, first.family)
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      )
    }
  }

  async #addresses(hostname: string, protocol: string): Promise<readonly { address: string; family: number }[]> {
    const addresses = await this.#resolve(hostname)
    for (const { address } of addresses) this.#checkAddress(address, protocol)
    if (addresses.length === 0) throw noAddress(hostname)
    return addresses
  }

  #checkAddress(text: string, protocol: string): void {
    const address = ipaddr.process(text)
    if (address.range() === 'loopback') {
      if (this.#loopback) return
      throw denied('the address is one of this machine')
    }
    if (protocol === 'http:') throw denied('only https is allowed')
    if (isPublic(address)) return
    if (this.#networks.some((network) => address.kind() === network[0].kind() && address.match(network))) return
    throw denied('the address is not a public one')
  }
}

/** Public, and meant for one machine. Of IPv6 only 2000::/3 is given out; ranges in it that lead elsewhere are known by name. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false
  return !(address instanceof ipaddr.IPv6) || address.match(givenOut)
}

const givenOut = ipaddr.IPv6.parseCIDR('2000::/3')

function matches(host: string, allowed: string): boolean {
  return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed
}

function denied(reason: string): SessError {
  return new SessError('MCP_POLICY_DENIED', `The request is refused: ${reason}`, { reason })
}

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error('The name has no address'), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname })
}
