import type { JsonObject } from '@sess/core'

/**
 * How a session reaches a server. It is kept with the session in the store, so it holds no secrets: texts may have references such as
 * `${env:GITHUB_TOKEN}`, which are looked up whenever a client connects.
 */
export type ServerConfig = StdioConfig | HttpConfig | InProcessConfig

interface AnyConfig {
  /** What the server is called in the session: 1 to 32 lower-case letters, digits and `-`. Its tools are `<id>__<tool>`. */
  readonly id: string
  /** The session is no use without it: adding it connects, and tools can't be listed while it can't be reached. @default false */
  readonly required?: boolean | undefined
}

/** A program that is started for the session, in the folder of its workspace. */
export interface StdioConfig extends AnyConfig {
  readonly transport: 'stdio'
  /** A name on PATH or an absolute path, which the hub's `commands` have to allow. No references. */
  readonly command: string
  /** `${session:workspace}` is the session's folder. */
  readonly args?: readonly string[] | undefined
  /** Beside HOME, LOGNAME, PATH, SHELL, TERM and USER. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** A server at an address. `sse` is the older way, which the protocol has given up. */
export interface HttpConfig extends AnyConfig {
  readonly transport: 'http' | 'sse'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly auth?: AuthConfig | undefined
}

/** `token` is a reference and nothing else; `provider` is a name that the hub's `oauth` knows. */
export type AuthConfig =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'oauth'; readonly provider: string }

/** A server in this process, made by the hub's factory of this name. */
export interface InProcessConfig extends AnyConfig {
  readonly transport: 'in-process'
  readonly factory: string
  /** Handed to the factory as it is. */
  readonly options?: JsonObject | undefined
}
