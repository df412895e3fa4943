import { defaultLimits } from '@sess/core'
import { byteSize } from '../kinds/byte-size.ts'
import { duration } from '../kinds/duration.ts'
import { flag } from '../kinds/flag.ts'
import { orNull } from '../kinds/kind.ts'
import { oneOf } from '../kinds/one-of.ts'
import { text } from '../kinds/text.ts'
import { wholeNumber } from '../kinds/whole-number.ts'
import { alias, type Setting, setting, settingOf } from './setting.ts'

const lifetime = orNull(duration(), 'never', 'never')
const count = orNull(wholeNumber(1), 'unlimited', 'any number')

const own: readonly Setting[] = [
  setting('expiry.idle', lifetime, 86_400_000, 'How long a session lives without activity', { fallbackText: '24h' }),
  setting('expiry.absolute', lifetime, null, 'How long a session lives at all', { fallbackText: 'never' }),

  setting('limits.sessions', count, null, 'Sessions in the store'),
  setting('limits.sessions_per_org', count, null, 'Sessions of an organisation'),
  setting('limits.sessions_per_user', count, null, 'Sessions of a user'),
  setting('limits.chats_per_session', count, null, 'Chats of a session'),
  setting('limits.messages_per_chat', count, null, 'Messages of a chat'),
  setting('limits.overflow', oneOf('trim-oldest', 'reject'), 'trim-oldest', 'What happens when a chat is full'),
  setting('limits.bytes_per_message', byteSize, defaultLimits.bytesPerMessage, 'Size of a message', {
    fallbackText: '1MiB',
  }),
  setting(
    'limits.bytes_per_field',
    byteSize,
    defaultLimits.bytesPerField,
    'Size of metadata, preferences and the like',
    {
      fallbackText: '64KiB',
    },
  ),
  setting('limits.bytes_per_prompt', byteSize, defaultLimits.bytesPerPrompt, 'Size of a system prompt', {
    fallbackText: '256KiB',
  }),
  setting('limits.context_keys', count, defaultLimits.contextKeys, 'Context values of a session'),
  setting(
    'limits.context_bytes',
    orNull(byteSize, 'unlimited', 'any size'),
    defaultLimits.contextBytes,
    'Size of the context of a session',
    { fallbackText: '1MiB' },
  ),

  setting('cleanup.enabled', flag, true, 'Whether this process sweeps expired sessions by itself'),
  setting('cleanup.interval', duration(), 3_600_000, 'How often', { fallbackText: '1h' }),
  setting('cleanup.batch_size', wholeNumber(1, 1_000), 100, 'Sessions that are claimed at a time'),

  setting(
    'turns.when_busy',
    oneOf('queue', 'reject', 'interrupt'),
    'queue',
    'What a message does while the chat is answering another',
  ),
  setting('turns.lease', duration(), 30_000, 'How long a chat stays busy after its process died', {
    fallbackText: '30s',
  }),
  setting('turns.renew', duration(), 5_000, 'How often a turn renews its lease; at most half of it', {
    fallbackText: '5s',
  }),
  setting('turns.max_queued', wholeNumber(0), 16, 'Messages that may wait for one chat in this process'),
  setting('turns.queue_timeout', duration(), 300_000, 'How long a message waits for its turn', { fallbackText: '5m' }),
  setting('turns.history_messages', wholeNumber(1, 1_000), 200, 'Messages at most that an agent is given'),

  setting(
    'watch.interval',
    duration(),
    500,
    'How often a chat that somebody watches is looked at for what other processes did',
    { fallbackText: '500ms' },
  ),

  setting(
    'default_org_id',
    orNull(text('text of 1 to 255 bytes', /^.{1,255}$/), '', 'none'),
    null,
    'The organisation of owners that name none',
  ),
  setting('prompt_failure', oneOf('fail', 'empty', 'last'), 'fail', 'What a failing prompt composer does to a session'),
  setting('audit_failure', oneOf('fail', 'warn'), 'fail', 'What a failing audit log does to what was to be recorded'),
]

/** What the session manager is told. */
export const sessionSettings: readonly Setting[] = [
  ...own,
  alias('session.default_ttl', settingOf(own, 'expiry.idle'), 'The same as `expiry.idle`'),
  alias(
    'session.max_message_count',
    settingOf(own, 'limits.messages_per_chat'),
    'The same as `limits.messages_per_chat`',
  ),
  alias('session.max_context_size', settingOf(own, 'limits.context_bytes'), 'The same as `limits.context_bytes`'),
]
