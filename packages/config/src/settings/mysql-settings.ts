import { duration } from '../kinds/duration.ts'
import { orNull, scalarKind } from '../kinds/kind.ts'
import { mysqlDsn, mysqlUrl } from '../kinds/mysql-url.ts'
import { oneOf } from '../kinds/one-of.ts'
import { secretText, text } from '../kinds/text.ts'
import { wholeNumber } from '../kinds/whole-number.ts'
import { alias, compound, type Setting, setting, settingOf } from './setting.ts'
import { tlsSettings } from './tls-settings.ts'

const ownPool = 'the store looks after its connections by itself'

const own: readonly Setting[] = [
  setting('store.mysql.host', text('the name or address of a host', /^[^\s/@]{1,255}$/), 'localhost', 'Host'),
  setting('store.mysql.port', wholeNumber(1, 65_535), 3306, 'Port'),
  setting('store.mysql.username', orNull(text(), '', 'none'), null, 'User; needed'),
  setting('store.mysql.password', orNull(secretText, '', 'none'), null, 'Password'),
  setting('store.mysql.database', text('the name of a database', /^.{1,64}$/), 'sessions', 'Database'),
  compound('store.mysql.url', mysqlUrl, 'Host, port, user, password, database and TLS in one'),
  compound('store.mysql.dsn', mysqlDsn, 'The same as a driver of Go takes it, or the URL'),
  ...tlsSettings('store.mysql.tls', 'SESSION_MYSQL_TLS'),
  setting(
    'store.mysql.table_prefix',
    text('1 to 32 letters, digits and underscores that begin with no digit', /^[A-Za-z_][A-Za-z0-9_]{0,31}$/),
    'sess_',
    'What the name of every table begins with',
  ),
  setting('store.mysql.pool_size', wholeNumber(2, 10_000), 10, 'Connections at most'),
  setting('store.mysql.timeout', duration(), 5_000, 'After so long a call is answered', { fallbackText: '5s' }),
  setting(
    'store.mysql.migrate',
    oneOf('auto', 'check'),
    'auto',
    'Whether opening brings the tables up to date, or only checks them',
  ),
]

/** `sessions` becomes the prefix of `sessions_message` and its like. */
const tableName = scalarKind(
  '1 to 31 letters, digits and underscores that begin with no digit',
  { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,30}$' },
  (name) => (/^[A-Za-z_][A-Za-z0-9_]{0,30}$/.test(name) ? `${name}_` : undefined),
)

/** Where MySQL or MariaDB is, and how it is used. */
export const mysqlSettings: readonly Setting[] = [
  ...own,
  alias('store.mysql.user', settingOf(own, 'store.mysql.username'), 'The same as `store.mysql.username`'),
  alias(
    'store.mysql.table_name',
    settingOf(own, 'store.mysql.table_prefix'),
    'A table prefix without its last underscore',
    {
      kind: tableName,
    },
  ),
  alias('store.mysql.max_open_conns', settingOf(own, 'store.mysql.pool_size'), 'The same as `store.mysql.pool_size`'),
  setting('store.mysql.max_idle_conns', wholeNumber(0), 5, 'Idle connections', { withoutEffect: ownPool }),
  setting('store.mysql.conn_max_lifetime', orNull(duration(), '', 'none'), null, 'Life of a connection', {
    withoutEffect: ownPool,
  }),
  setting('store.mysql.conn_max_idle_time', orNull(duration(), '', 'none'), null, 'Life of an idle connection', {
    withoutEffect: ownPool,
  }),
]
