/** A server that this process has started. Whatever happens to this process, the server and its folder go with it. */
export interface TestServer {
  readonly url: string
  readonly port: number
  /** Of the program, or of the Docker client in front of it. Another one after a restart. */
  readonly pid: number
  /** As the server says it: `7.0.15`, `10.11.14-MariaDB`. */
  readonly version: string
  readonly dataDir: string
  /** Ends the server and removes its data. A second call waits for the first. */
  stop(): Promise<void>
  /** SIGKILL. Resolves when the process is gone; the data stay for `restart`. */
  kill(): Promise<void>
  /** Starts the server again on its data and its port, after a clean shutdown unless it was killed. */
  restart(): Promise<void>
  /** SIGSTOP: connections stay, nothing is answered until `resume`. */
  pause(): void
  resume(): void
}
