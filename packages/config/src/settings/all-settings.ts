import { duration } from '../kinds/duration.ts'
import { orNull } from '../kinds/kind.ts'
import { oneOf } from '../kinds/one-of.ts'
import { wholeNumber } from '../kinds/whole-number.ts'
import { codecSettings } from './codec-settings.ts'
import { mysqlSettings } from './mysql-settings.ts'
import { redisSettings } from './redis-settings.ts'
import { sessionSettings } from './session-settings.ts'
import { alias, type Setting, setting } from './setting.ts'

const eviction = setting(
  'store.memory.eviction',
  oneOf('lru', 'reject'),
  'reject',
  'What happens at `max_sessions`: a new session is refused, or the least recently used one expires',
)

/** All settings, in the order of the README. */
export const allSettings: readonly Setting[] = [
  setting('store.type', oneOf('memory', 'redis', 'mysql'), 'memory', 'Where sessions are kept'),
  setting('store.memory.max_sessions', orNull(wholeNumber(1), 'unlimited', 'any number'), null, 'Sessions at most'),
  eviction,
  alias('store.memory.eviction_policy', eviction, 'The same as `store.memory.eviction`'),
  setting(
    'store.memory.cleanup_interval',
    orNull(duration(), '', '`cleanup.interval`'),
    null,
    'How often the memory store is swept',
    { fallbackText: '`cleanup.interval`' },
  ),
  ...redisSettings,
  ...mysqlSettings,
  ...sessionSettings,
  ...codecSettings,
]
