import type { LookupAddress } from 'node:dns'
import { invalidArgument } from '@sess/core'
import ipaddr from 'ipaddr.js'

/** Where requests may go, and how much may come back. */
export interface FetchPolicy {
  /** Hosts that may be asked: exact names, or `*.example.com` for all below it. @default every host */
  readonly allowedHosts?: readonly string[] | undefined
  /** Whether programs on this machine may be asked, also without TLS. @default 'refuse' */
  readonly loopback?: 'allow' | 'refuse' | undefined
  /** Private networks that may be asked all the same, such as `10.20.0.0/16`. @default none */
  readonly allowedNetworks?: readonly string[] | undefined
  /** How large a body may be when it is unpacked; of an event stream, how large one event. @default 10 MiB */
  readonly maxBodyBytes?: number | undefined
  /** How long it may take to get a connection. @default 10_000 */
  readonly connectTimeoutMs?: number | undefined
  /** Finds the addresses of a name. @default the system's resolver */
  readonly resolve?: ((hostname: string) => Promise<readonly LookupAddress[]>) | undefined
}

/** A range of addresses: the network, and how many of its bits count. */
export type Network = ReturnType<typeof ipaddr.parseCIDR>

/** @throws {@link SessError} `INVALID_ARGUMENT` for what is no network. */
export function parseNetworks(networks: readonly string[]): readonly Network[] {
  return networks.map((network, at) => {
    if (!ipaddr.isValidCIDR(network))
      throw invalidArgument(`allowedNetworks[${at}]`, 'must be a network such as 10.0.0.0/8')
    return ipaddr.parseCIDR(network)
  })
}
