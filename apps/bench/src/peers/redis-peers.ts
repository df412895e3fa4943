import { newId } from '@sess/core'
import { mastraPeer, type Peer, sessionPeer } from './peer.ts'
import type { PeerModules } from './peer-modules.ts'
import { peerName } from './peer-packages.ts'

/** What people keep conversations with in Redis. */
export async function redisPeers(modules: PeerModules, url: string): Promise<readonly Peer[]> {
  const client = modules.createClient({ url })
  await client.connect()
  const { ConnectRedisStore, MastraRedisStore } = modules
  const mastra = new MastraRedisStore({ id: 'bench', connectionString: url })
  await mastra.init()
  return [
    sessionPeer(peerName('connect-redis'), new ConnectRedisStore({ client }), () => client.close()),
    await langchainPeer(modules, url),
    mastraPeer(peerName('@mastra/redis'), mastra),
  ]
}

async function langchainPeer(
  { createClient, RedisChatMessageHistory, HumanMessage }: PeerModules,
  url: string,
): Promise<Peer> {
  const client = createClient({ url })
  await client.connect()
  return {
    name: peerName('@langchain/redis'),
    async makeChat(messages) {
      const history = new RedisChatMessageHistory({ sessionId: newId(), client })
      await Promise.all(messages.map(({ content }) => history.addMessage(new HumanMessage(`${content}`))))
      return {
        append: ({ content }) => history.addMessage(new HumanMessage(`${content}`)),
        readLast: async (count) => (await history.getMessages()).slice(-count),
      }
    },
    close: () => client.close(),
  }
}
