import { flag } from '../kinds/flag.ts'
import { orNull } from '../kinds/kind.ts'
import { text } from '../kinds/text.ts'
import { type Setting, setting } from './setting.ts'

const name = orNull(text(), '', 'none')

/** TLS to a server, the same for each store. */
export function tlsSettings(section: string, variables: string): readonly Setting[] {
  return [
    setting(`${section}.enabled`, flag, false, 'Whether connections use TLS'),
    setting(`${section}.ca_file`, name, null, 'PEM file of the authorities that are trusted', {
      fallbackText: "Node's",
    }),
    setting(`${section}.cert_file`, name, null, "PEM file of this client's certificate"),
    setting(`${section}.key_file`, name, null, 'PEM file of its private key'),
    setting(`${section}.server_name`, name, null, 'The name the certificate must have', { fallbackText: 'the host' }),
    setting(
      `${section}.insecure_skip_verify`,
      flag,
      false,
      'Takes any certificate, and so anybody who stands in between',
      { variable: `${variables}_SKIP_VERIFY` },
    ),
  ]
}
