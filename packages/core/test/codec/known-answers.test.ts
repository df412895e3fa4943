import { createSecretKey, webcrypto } from 'node:crypto'
import { encrypted, json, KeyRing } from '@sess/core/codec'
import { describe, expect, test } from 'vitest'
import { unseal } from '../../src/codec/aes-gcm.ts'
import { subkey } from '../../src/codec/raw-key.ts'
import { acme, place } from './encrypted-sessions.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

// The Galois/Counter Mode of Operation (McGrew, Viega), test cases 13 to 16: AES-256, 96 bits of nonce.
const longKey = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'
const longPlain =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255'
const longCipher =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad'
const gcm = [
  ['13', '00'.repeat(32), '00'.repeat(12), '', '', '', '530f8afbc74536b9a963b4f1c4cb738b'],
  [
    '14',
    '00'.repeat(32),
    '00'.repeat(12),
    '00'.repeat(16),
    '',
    'cea7403d4d606b6e074ec5d3baf39d18',
    'd0d1c8a799996bf0265b98b5d48ab919',
  ],
  ['15', longKey, 'cafebabefacedbaddecaf888', longPlain, '', longCipher, 'b094dac5d93471bdec1a502270e3cc6c'],
  [
    '16',
    longKey,
    'cafebabefacedbaddecaf888',
    longPlain.slice(0, 120),
    'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    longCipher.slice(0, 120),
    '76fc6ece0f4e1768cddf8853bb2d551b',
  ],
] as const

describe('known answers', () => {
  test.each(gcm)('AES-256-GCM, test case %s', (_, key, nonce, plain, aad, cipher, tag) => {
    const opened = unseal(createSecretKey(hex(key)), 0, hex(aad), hex(nonce + cipher + tag))
    expect(opened.toString('hex')).toBe(plain)
  })

  test('HKDF-SHA-256, RFC 5869 test case 3', () => {
    const key = subkey(createSecretKey(Buffer.alloc(22, 0x0b)), new Uint8Array())
    expect(key.export().toString('hex')).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d')
  })

  test('the format: keys and values as the first release writes them are read', async () => {
    const ring = new KeyRing({ keys: { first: Buffer.alloc(32, 7) }, active: 'first' })
    const session = await encrypted(json(), ring).open(acme, hex(keysOfFirstRelease))
    expect(session.decode(hex(valueOfFirstRelease), place)).toBe('Hello!')
    expect(Buffer.from(session.digest('text', place)).toString('hex')).toBe(digestOfFirstRelease)
  })

  test('the format: an envelope made by other code (WebCrypto) is read', async () => {
    const { subtle } = webcrypto
    const raw = Buffer.alloc(32, 9)
    const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
    const tuple = (...texts: string[]): Buffer =>
      Buffer.concat(texts.flatMap((text) => [hex((text.length * 2).toString(16).padStart(8, '0')), utf16(text)]))
    const derived = async (key: Uint8Array, info: Uint8Array): Promise<ArrayBuffer> => {
      const base = await subtle.importKey('raw', key, 'HKDF', false, ['deriveBits'])
      return await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, base, 256)
    }
    const sealed = async (key: ArrayBuffer, aad: Uint8Array, plain: Uint8Array): Promise<Buffer> => {
      const nonce = webcrypto.getRandomValues(new Uint8Array(12))
      const aes = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
      const box = await subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: aad, tagLength: 128 }, aes, plain)
      return Buffer.concat([nonce, Buffer.from(box)])
    }

    const { orgId, sessionId } = acme
    const hmac = await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const commitment = Buffer.from(await subtle.sign('HMAC', hmac, tuple('sess/1', 'commit', orgId, sessionId, '1')))
    const wrappingKey = Buffer.alloc(32, 7)
    const wrapped = await sealed(
      await derived(wrappingKey, tuple('sess/1', 'wrap')),
      tuple('data key', orgId, sessionId, '1'),
      raw,
    )
    const keys = Buffer.concat([hex('9e4b 01 01 00000001 05'), Buffer.from('first'), commitment, hex('003c'), wrapped])
    const head = Buffer.concat([hex('9e53 01 01'), commitment.subarray(0, 8), hex('00000001')])
    const aad = Buffer.concat([head, tuple(orgId, sessionId), tuple(place.field, place.chatId ?? '', place.recordId)])
    const subkeyOfField = await derived(raw, tuple('sess/1', place.field, orgId, sessionId, '1'))
    const envelope = Buffer.concat([head, await sealed(subkeyOfField, aad, Buffer.from('"Hello!"'))])

    const ring = new KeyRing({ keys: { first: wrappingKey }, active: 'first' })
    const session = await encrypted(json(), ring).open(acme, keys)
    expect(session.decode(envelope, place)).toBe('Hello!')
  })
})

const keysOfFirstRelease =
  '9e4b0101000000010566697273741308d3647eaa92cf6f13a87e70e9bf462176769072e54853a9acdc428e7d7890003c7678b5c72d5871023dba6dd5f3df311449d9a1a09518d5121b8427a66049c85928732c72a3c6658c77e76d02b6fd2fff256e479f88e9ceb7f7d85982'
const valueOfFirstRelease =
  '9e5301011308d3647eaa92cf00000001267eadd544756265da2000be81187c7b15e874e65ed701e8d67572f28b3d2926bfb2867a'
const digestOfFirstRelease = 'c3839f4158fc818bb57ad478e2e39a58'
