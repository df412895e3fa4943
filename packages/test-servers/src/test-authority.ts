import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import forge from 'node-forge'

/** What a server with TLS is started with, PEM. */
export interface Certificate {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** An authority that nobody trusts but who is given its certificate. */
export interface TestAuthority {
  readonly ca: string
  /** A certificate for a server. */
  issue(options?: IssueOptions): Certificate
}

export interface IssueOptions {
  /** Whom it names: a host name. @default 127.0.0.1 and localhost */
  readonly host?: string
  /** @default in a day */
  readonly expiresAt?: Date
}

/** Makes an authority, and with it certificates for servers that live as long as a test. */
export function testAuthority(): TestAuthority {
  const keys = keyPair()
  const subject = [{ name: 'commonName', value: `sess test authority ${randomBytes(4).toString('hex')}` }]
  const extensions = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]
  const ca = signed({ keys, subject, extensions, issuer: subject, signer: keys })
  return {
    ca,
    issue({ host, expiresAt } = {}) {
      const own = keyPair()
      const names = host === undefined ? local : [{ type: 2, value: host }]
      const server = {
        keys: own,
        subject: [{ name: 'commonName', value: host ?? 'localhost' }],
        extensions: [{ name: 'subjectAltName', altNames: names }],
        issuer: subject,
        signer: keys,
        expiresAt,
      }
      return { ca, cert: signed(server), key: own.privateKey }
    },
  }
}

/** Where a server in this folder finds what it is started with. */
export function certificateFiles(folder: string): Record<keyof Certificate, string> {
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
}

export async function writeCertificate(folder: string, { ca, cert, key }: Certificate): Promise<void> {
  const files = certificateFiles(folder)
  await writeFile(files.ca, ca)
  await writeFile(files.cert, cert)
  await writeFile(files.key, key, { mode: 0o600 })
}

/** Types of the names in a certificate: 2 is a host name, 7 an address. */
const local = [
  { type: 2, value: 'localhost' },
  { type: 7, ip: '127.0.0.1' },
]

const dayMs = 86_400_000

interface KeyPair {
  readonly publicKey: string
  readonly privateKey: string
}

function keyPair(): KeyPair {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

interface Unsigned {
  readonly keys: KeyPair
  readonly subject: forge.pki.CertificateField[]
  readonly issuer: forge.pki.CertificateField[]
  readonly extensions: object[]
  readonly signer: KeyPair
  readonly expiresAt?: Date | undefined
}

function signed({ keys, subject, issuer, extensions, signer, expiresAt }: Unsigned): string {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey)
  // The first bit is that of the sign.
  certificate.serialNumber = `00${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - 2 * dayMs)
  certificate.validity.notAfter = expiresAt ?? new Date(Date.now() + dayMs)
  certificate.setSubject(subject)
  certificate.setIssuer(issuer)
  certificate.setExtensions(extensions)
  certificate.sign(forge.pki.privateKeyFromPem(signer.privateKey), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}
