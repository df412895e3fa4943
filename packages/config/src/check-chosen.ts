import type { Chosen } from './chosen.ts'
import type { Problems } from './problems.ts'

/** What no setting can say alone. */
export function checkChosen(chosen: Chosen, problems: Problems): void {
  const value = (target: string) => chosen.get(target).value
  const refuse = (target: string, problem: string) => problems.add(chosen.get(target).subject, problem)

  const type = value('store.type')
  if (Number(value('turns.renewMs')) * 2 > Number(value('turns.leaseMs')))
    refuse('turns.renewMs', 'must be at most half of turns.lease')
  if (type === 'redis') checkRedis()
  if (type === 'mysql' && value('store.mysql.username') === null)
    refuse('store.mysql.username', 'must be given if store.type is mysql')
  if (type === 'redis' || type === 'mysql') checkTls(`store.${type}.tls`)
  checkCodec()

  function checkRedis(): void {
    const places = ['store.redis.addr', 'store.redis.cluster', 'store.redis.sentinels']
    const given = places.filter((place) => value(place) !== null)
    const strongest = Math.max(...given.map((place) => chosen.get(place).strength))
    const best = given.filter((place) => chosen.get(place).strength === strongest)
    for (const place of given) if (!best.includes(place)) chosen.clear(place)
    for (const place of best.slice(1))
      refuse(place, `can't be used beside ${chosen.get(best[0] ?? '').subject.key}: there is one way to Redis`)
    if (value('store.redis.sentinels') !== null && value('store.redis.masterName') === null)
      refuse('store.redis.masterName', 'must be given with store.redis.sentinels')
    if (value('store.redis.cluster') !== null && value('store.redis.db') !== 0)
      refuse('store.redis.db', 'must be 0: a cluster has no other database')
  }

  function checkTls(section: string): void {
    const cert = value(`${section}.certFile`)
    if ((cert === null) !== (value(`${section}.keyFile`) === null))
      refuse(
        cert === null ? `${section}.certFile` : `${section}.keyFile`,
        'must be given too: a certificate needs its key',
      )
    // TLS that is switched off is a choice; certificates without a word of it are a trap.
    if (chosen.get(`${section}.enabled`).strength > 0) return
    for (const name of ['caFile', 'certFile', 'serverName'])
      if (value(`${section}.${name}`) !== null)
        refuse(`${section}.${name}`, `has no effect without ${section}.enabled: true`)
  }

  function checkCodec(): void {
    const keys = value('encryption.keys') as readonly { readonly id: string }[] | null
    const active = value('encryption.activeKey')
    if (active !== null && !keys?.some(({ id }) => id === active))
      refuse('encryption.activeKey', 'must be the name of one of encryption.keys')
    if (value('encryption.enabled') === true && keys === null)
      refuse('encryption.enabled', 'needs encryption.keys, and there are none')
  }
}
