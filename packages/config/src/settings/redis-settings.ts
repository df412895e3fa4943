import { duration } from '../kinds/duration.ts'
import { flag } from '../kinds/flag.ts'
import { orNull } from '../kinds/kind.ts'
import { networkAddress } from '../kinds/network-address.ts'
import { oneOf } from '../kinds/one-of.ts'
import { clusterNodes, redisUrl, sentinelNodes } from '../kinds/redis-url.ts'
import { secretText, text } from '../kinds/text.ts'
import { wholeNumber } from '../kinds/whole-number.ts'
import { compound, type Setting, setting } from './setting.ts'
import { tlsSettings } from './tls-settings.ts'

const name = orNull(text(), '', 'none')
const secret = orNull(secretText, '', 'none')
const optionalDuration = orNull(duration(), '', "the store's own choice")
const oneConnection = 'all calls share one connection, which stays open'

/** Where Redis is, and how it is used. */
export const redisSettings: readonly Setting[] = [
  setting('store.redis.addr', networkAddress(6379), 'localhost:6379', 'Host and port of one server'),
  compound('store.redis.url', redisUrl, 'Address, user, password, database and TLS in one'),
  setting('store.redis.cluster', clusterNodes, null, 'Some nodes of a cluster, instead of `addr`'),
  setting('store.redis.sentinels', sentinelNodes, null, 'Some sentinels, instead of `addr`'),
  setting('store.redis.master_name', name, null, 'What the sentinels call the master'),
  setting('store.redis.username', name, null, 'User'),
  setting('store.redis.password', secret, null, 'Password'),
  setting('store.redis.db', wholeNumber(0, 65_535), 0, 'Number of the database; a cluster has only 0'),
  setting('store.redis.sentinel_username', name, null, 'User at the sentinels'),
  setting('store.redis.sentinel_password', secret, null, 'Password at the sentinels'),
  setting('store.redis.sentinel_tls', flag, false, 'Whether the sentinels are asked over TLS'),
  ...tlsSettings('store.redis.tls', 'SESSION_REDIS_TLS'),
  setting(
    'store.redis.key_prefix',
    text('text without braces', /^[^{}]{0,255}$/),
    'sess:',
    'What every key begins with',
  ),
  setting('store.redis.timeout', duration(), 5_000, 'How long a call goes on trying', { fallbackText: '5s' }),
  setting(
    'store.redis.grace',
    duration(60_000),
    604_800_000,
    'How long the data of an expired session wait for a sweep',
    { fallbackText: '7d' },
  ),
  setting(
    'store.redis.topology',
    orNull(oneOf('single', 'sharded'), '', 'what the address says'),
    null,
    '`sharded` for a proxy that looks like one server and hides many',
    { fallbackText: 'by address' },
  ),
  setting(
    'store.redis.durability',
    oneOf('server', 'replica'),
    'server',
    'Whether a write is answered when the server has it, or a replica too',
  ),
  setting('store.redis.max_in_flight', wholeNumber(1), 10_000, 'Calls at most that wait for Redis at a time'),
  setting(
    'store.redis.max_retries',
    orNull(wholeNumber(0, 100), '', "the store's own choice"),
    null,
    'How often the driver sends a command again',
    {
      fallbackText: '2',
    },
  ),
  setting('store.redis.dial_timeout', optionalDuration, null, 'How long one attempt to connect takes', {
    fallbackText: '5s',
  }),
  setting('store.redis.read_timeout', optionalDuration, null, 'How long one attempt waits for an answer', {
    fallbackText: '2s',
  }),
  setting('store.redis.write_timeout', optionalDuration, null, 'How much longer it may take to send it'),
  setting('store.redis.pool_size', wholeNumber(1), 10, 'Connections', { withoutEffect: oneConnection }),
  setting('store.redis.min_idle_conns', wholeNumber(0), 0, 'Idle connections', { withoutEffect: oneConnection }),
  setting('store.redis.idle_timeout', optionalDuration, null, 'Life of an idle connection', {
    withoutEffect: oneConnection,
  }),
]
