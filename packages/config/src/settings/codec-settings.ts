import { byteSize } from '../kinds/byte-size.ts'
import { duration } from '../kinds/duration.ts'
import { flag } from '../kinds/flag.ts'
import { keyRing, oneKey } from '../kinds/key-ring.ts'
import { orNull } from '../kinds/kind.ts'
import { text } from '../kinds/text.ts'
import { wholeNumber } from '../kinds/whole-number.ts'
import { alias, type Setting, setting, settingOf } from './setting.ts'

const own: readonly Setting[] = [
  setting('compression.enabled', flag, false, 'Whether what is kept is compressed'),
  setting('compression.min_bytes', byteSize, 1_024, 'Smaller values are kept as they are', { fallbackText: '1KiB' }),
  setting('encryption.enabled', flag, false, 'Whether what is kept is encrypted'),
  setting('encryption.keys', orNull(keyRing, '', 'none'), null, 'The keys that the keys of sessions are wrapped with'),
  setting(
    'encryption.active_key',
    orNull(text('the name of a key', /^[A-Za-z0-9._-]{1,32}$/), '', 'the first'),
    null,
    'The key that is used for new sessions; the others are only read with',
    { fallbackText: 'the first' },
  ),
  setting('encryption.migrate', flag, false, 'Whether what was kept before without encryption is read too'),
  setting('encryption.cache_sessions', wholeNumber(1), 10_000, 'Sessions whose keys are kept open'),
  setting('encryption.cache_ttl', duration(), 300_000, 'So late at most it is noticed that keys were erased', {
    fallbackText: '5m',
  }),
]

/** How values are turned into the bytes that a store keeps. */
export const codecSettings: readonly Setting[] = [
  ...own,
  alias('session.enable_compression', settingOf(own, 'compression.enabled'), 'The same as `compression.enabled`'),
  alias('session.enable_encryption', settingOf(own, 'encryption.enabled'), 'The same as `encryption.enabled`'),
  alias('session.encryption_key', settingOf(own, 'encryption.keys'), 'One key, named `default`', {
    kind: orNull(oneKey, '', 'none'),
  }),
]
