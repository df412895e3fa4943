import type { Pool } from 'mysql2/promise'
import { mastraPeer, type Peer, sessionPeer } from './peer.ts'
import type { PeerModules } from './peer-modules.ts'
import { peerName } from './peer-packages.ts'

/** What people keep conversations with in MySQL. The pool stays the caller's. */
export async function mysqlPeers(modules: PeerModules, url: string, pool: Pool): Promise<readonly Peer[]> {
  const { expressMysqlSession, expressSession, MastraMysqlStore } = modules
  const SessionStore = expressMysqlSession(expressSession)
  const sessions = new SessionStore({ clearExpired: false, endConnectionOnClose: false }, pool)
  const mastra = new MastraMysqlStore({ id: 'bench', connectionString: url, max: 10 })
  // The other tables are not needed, and not all of them can be made on MariaDB.
  await mastra.stores.memory.init()
  return [
    sessionPeer(peerName('express-mysql-session'), sessions, async () => {}),
    mastraPeer(peerName('@mastra/mysql'), mastra),
  ]
}
