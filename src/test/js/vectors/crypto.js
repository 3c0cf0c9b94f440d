'use strict'

// Writes src/test/resources/vectors/*.vectors for the tests of omega.flock.crypto and omega.flock.noise: what libsodium,
// noise-handshake and noise-curve-ed make of inputs that a seeded generator chooses. One case per line, fields as
// name=hex; run it again and git shows no change.
//
//   node src/test/js/vectors/crypto.js

const fs = require('fs')
const path = require('path')
const sodium = require('sodium-universal')
const curve = require('noise-curve-ed')
const Noise = require('noise-handshake')
const hmacBlake2b = require('noise-handshake/hmac')
const { hkdf } = require('noise-handshake/hkdf')
const hypercoreCrypto = require('hypercore-crypto')

const OUT = path.join(__dirname, '..', '..', 'resources', 'vectors')

// ---- A generator that gives the same bytes on every machine -------------------------------------------------------------

let drawn = 0

function random (size) {
  const seed = Buffer.alloc(32)
  sodium.crypto_generichash(seed, Buffer.from('omega flock vectors ' + drawn++))
  const out = Buffer.alloc(size)
  if (size > 0) sodium.randombytes_buf_deterministic(out, seed)
  return out
}

function below (limit) {
  return random(4).readUInt32LE(0) % limit
}

// ---- Lines --------------------------------------------------------------------------------------------------------------

function line (fields) {
  return Object.entries(fields).map(([name, value]) => name + '=' + text(value)).join(' ')
}

function text (value) {
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return String(value)
}

function write (name, lines) {
  const head = '# Written by src/test/js/vectors/crypto.js.'
  fs.writeFileSync(path.join(OUT, name + '.vectors'), [head, ...lines, ''].join('\n'))
}

// ---- BLAKE2b, HMAC, HKDF ------------------------------------------------------------------------------------------------

function blake2b () {
  const lines = []
  const lengths = [0, 1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 255, 256, 257, 383, 384, 385, 1000]
  for (const length of lengths) {
    const input = random(length)
    for (const size of [32, 64]) {
      const hash = Buffer.alloc(size)
      sodium.crypto_generichash(hash, input)
      lines.push(line({ size, key: '', input, hash }))
    }
    for (const keyLength of [16, 32, 64]) {
      const key = random(keyLength)
      const hash = Buffer.alloc(32)
      sodium.crypto_generichash(hash, input, key)
      lines.push(line({ size: 32, key, input, hash }))
    }
  }
  for (const keyLength of [17, 31, 33, 63]) {
    const key = random(keyLength)
    const input = random(100)
    const hash = Buffer.alloc(32)
    sodium.crypto_generichash(hash, input, key)
    lines.push(line({ size: 32, key, input, hash }))
  }
  write('blake2b', lines)
}

function keySchedule () {
  const lines = []
  for (const keyLength of [0, 1, 32, 64, 127, 128, 129, 200]) {
    for (const length of [0, 32, 300]) {
      const key = random(keyLength)
      const input = random(length)
      const mac = Buffer.alloc(64)
      hmacBlake2b(mac, [input], key)
      lines.push(line({ kind: 'hmac', key, input, mac }))
    }
  }
  for (let i = 0; i < 20; i++) {
    const key = random(64)
    const input = random(i % 4 === 0 ? 0 : 32)
    const outputs = 1 + i % 3
    const keys = Buffer.concat(hkdf(key, input, '', outputs * 64))
    lines.push(line({ kind: 'hkdf', key, input, outputs, keys }))
  }
  write('hkdf', lines)
}

// ---- Ed25519 ------------------------------------------------------------------------------------------------------------

const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n

const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].flatMap(hex => [Buffer.from(hex, 'hex'), withSign(Buffer.from(hex, 'hex'))])

function withSign (bytes) {
  const signed = Buffer.from(bytes)
  signed[31] |= 0x80
  return signed
}

function fromInteger (number) {
  const bytes = Buffer.alloc(32)
  for (let i = 0; i < 32; i++) {
    bytes[i] = Number(number & 255n)
    number >>= 8n
  }
  return bytes
}

function toInteger (bytes) {
  return bytes.reduceRight((number, byte) => (number << 8n) + BigInt(byte), 0n)
}

function plus (a, b) {
  const sum = Buffer.alloc(32)
  sodium.crypto_core_ed25519_add(sum, a, b)
  return sum
}

function signatures () {
  const lines = []
  const judge = (publicKey, message, signature) => lines.push(line({
    kind: 'verify', publicKey, message, signature, valid: sodium.crypto_sign_verify_detached(signature, message, publicKey)
  }))
  for (let i = 0; i < 60; i++) {
    const seed = random(32)
    const keyPair = hypercoreCrypto.keyPair(seed)
    const message = random(below(200))
    const signature = hypercoreCrypto.sign(message, keyPair.secretKey)
    lines.push(line({ kind: 'sign', seed, publicKey: keyPair.publicKey, message, signature }))

    const flipped = Buffer.from(signature)
    flipped[below(64)] ^= 1 << below(8)
    judge(keyPair.publicKey, message, flipped)

    const wrongKey = Buffer.from(keyPair.publicKey)
    wrongKey[below(32)] ^= 1 << below(8)
    judge(wrongKey, message, signature)

    // s + l is the same scalar, and no signature for anybody since RFC 8032.
    const larger = Buffer.concat([signature.subarray(0, 32), fromInteger(toInteger(signature.subarray(32)) + L)])
    judge(keyPair.publicKey, message, larger)
  }
  // Under a key of small order everything is signed: R = s B with any s, when the hash is a multiple of the order.
  const s = fromInteger(12345n)
  const r = Buffer.alloc(32)
  sodium.crypto_scalarmult_ed25519_base_noclamp(r, s)
  for (const point of SMALL_ORDER) {
    for (let i = 0; i < 4; i++) {
      judge(point, random(8), Buffer.concat([r, s]))
      judge(hypercoreCrypto.keyPair(random(32)).publicKey, random(8), Buffer.concat([point, s]))
    }
    judge(point, random(8), Buffer.concat([SMALL_ORDER[0], Buffer.alloc(32)]))
  }
  for (let i = 0; i < 16; i++) mixed(judge, SMALL_ORDER[i % SMALL_ORDER.length])
  for (let y = P; y < 2n ** 255n; y++) {
    judge(fromInteger(y), random(8), Buffer.concat([r, s]))
  }
  for (let i = 0; i < 4; i++) identityAsR(judge, Buffer.alloc(32, i + 1))
  write('ed25519', lines)
}

/** A signature that the equation holds for, 0 + k A = (k a) B, by the owner of a key; R is of small order, so it is refused. */
function identityAsR (judge, seed) {
  const { publicKey } = hypercoreCrypto.keyPair(seed)
  const digest = Buffer.alloc(64)
  sodium.crypto_hash_sha512(digest, seed)
  digest[0] &= 248
  digest[31] = digest[31] & 127 | 64
  const secret = toInteger(digest.subarray(0, 32))
  const r = fromInteger(1n)
  const message = Buffer.from('identity')
  sodium.crypto_hash_sha512(digest, Buffer.concat([r, publicKey, message]))
  judge(publicKey, message, Buffer.concat([r, fromInteger(toInteger(digest) % L * secret % L)]))
}

/** A key outside of the prime order subgroup, and a signature of whoever made it: it verifies up to the cofactor. */
function mixed (judge, point) {
  const digest = Buffer.alloc(64)
  sodium.crypto_hash_sha512(digest, random(32))
  const secret = toInteger(digest) % L
  const publicKey = Buffer.alloc(32)
  sodium.crypto_scalarmult_ed25519_base_noclamp(publicKey, fromInteger(secret))
  const mixedKey = plus(publicKey, point)
  const nonce = toInteger(random(32)) % L
  const r = Buffer.alloc(32)
  sodium.crypto_scalarmult_ed25519_base_noclamp(r, fromInteger(nonce))
  const message = random(20)
  sodium.crypto_hash_sha512(digest, Buffer.concat([r, mixedKey, message]))
  const s = (nonce + toInteger(digest) % L * secret) % L
  judge(mixedKey, message, Buffer.concat([r, fromInteger(s)]))
}

// ---- The Diffie-Hellman -------------------------------------------------------------------------------------------------

function agreements () {
  const lines = []
  const agree = (seed, publicKey) => {
    let shared = 'refused'
    try {
      shared = curve.dh(publicKey, curve.generateKeyPair(seed))
    } catch {
      // libsodium refuses the key
    }
    lines.push(line({ seed, publicKey, shared }))
  }
  for (let i = 0; i < 150; i++) agree(random(32), curve.generateKeyPair(random(32)).publicKey)
  for (let i = 0; i < 100; i++) agree(random(32), random(32))
  for (const point of SMALL_ORDER) agree(random(32), point)
  for (let y = P; y < 2n ** 255n; y++) {
    agree(random(32), fromInteger(y))
    agree(random(32), withSign(fromInteger(y)))
  }
  for (let y = 0n; y < 20n; y++) {
    agree(random(32), fromInteger(y))
    agree(random(32), withSign(fromInteger(y)))
  }
  for (let i = 0; i < 40; i++) {
    agree(random(32), plus(curve.generateKeyPair(random(32)).publicKey, SMALL_ORDER[i % SMALL_ORDER.length]))
  }
  write('agreement', lines)
}

/** Extreme scalars, which no known seed has: those around the top, where the neighbour of a scalar leaves 255 bits. */
function scalars () {
  const lines = []
  const numbers = []
  for (let k = 0n; k < 20n; k++) numbers.push(2n ** 254n + 8n * k, 2n ** 255n - 8n - 8n * k)
  for (const number of numbers) {
    const scalar = fromInteger(number)
    const publicKey = curve.generateKeyPair(random(32)).publicKey
    lines.push(line({ scalar, publicKey, product: curve.dh(publicKey, { scalar }) }))
  }
  write('scalar', lines)
}

// ---- Secret boxes and streams -------------------------------------------------------------------------------------------

function boxes () {
  const lines = []
  for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 128, 159, 160, 161, 500, 1200]) {
    for (let i = 0; i < 2; i++) {
      const key = random(32)
      const nonce = random(24)
      const plaintext = random(length)
      const box = Buffer.alloc(length + 16)
      sodium.crypto_secretbox_easy(box, plaintext, nonce, key)
      lines.push(line({ key, nonce, plaintext, box }))
    }
  }
  write('secretbox', lines)
}

class Stream {
  constructor (lines) {
    this.lines = lines
    this.key = random(32)
    this.header = random(24)
    this.state = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_STATEBYTES)
    // A receiver's fresh state is the sender's too, and does not draw a header of its own.
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(this.state, this.header, this.key)
    lines.push(line({ kind: 'begin', key: this.key, header: this.header }))
  }

  counter (number) {
    this.state.writeUInt32LE(number, 32)
    this.lines.push(line({ kind: 'counter', counter: number }))
  }

  push (tag, plaintext) {
    const message = Buffer.alloc(plaintext.length + 17)
    sodium.crypto_secretstream_xchacha20poly1305_push(this.state, message, plaintext, null, tag)
    this.lines.push(line({ kind: 'message', tag, plaintext, message }))
  }

  // Too long to keep: plaintext byte i is 31 i + 7, and the message is known by its hash.
  pushLong (length) {
    const plaintext = Buffer.alloc(length)
    for (let i = 0; i < length; i++) plaintext[i] = 31 * i + 7
    const message = Buffer.alloc(length + 17)
    sodium.crypto_secretstream_xchacha20poly1305_push(this.state, message, plaintext, null, 0)
    const hash = Buffer.alloc(32)
    sodium.crypto_generichash(hash, message)
    this.lines.push(line({ kind: 'long', length, hash }))
  }
}

function streams () {
  const lines = []
  const lengths = new Stream(lines)
  for (let length = 0; length <= 132; length++) lengths.push(0, random(length))
  for (const length of [255, 256, 257, 511, 512, 513, 1023, 1024, 1200]) lengths.push(0, random(length))

  const long = new Stream(lines)
  for (const length of [16383, 16384, 65535, 65536, 65537, 1 << 20, 0xFFFFFF - 17]) long.pushLong(length)

  const tags = new Stream(lines)
  for (const tag of [0, 2, 0, 1, 3, 0, 2, 2, 3, 3, 0, 1, 0]) tags.push(tag, random(below(100)))

  const wraps = new Stream(lines)
  for (const number of [0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]) {
    wraps.counter(number)
    for (let i = 0; i < 4; i++) wraps.push(0, random(below(100)))
  }
  write('secretstream', lines)
}

// ---- Noise --------------------------------------------------------------------------------------------------------------

function handshakes () {
  const lines = []
  for (let i = 0; i < 30; i++) {
    for (const pattern of ['IK', 'XX']) {
      const seeds = [random(32), random(32), random(32), random(32)]
      const [initiatorStatic, responderStatic, initiatorEphemeral, responderEphemeral] =
        seeds.map(seed => curve.generateKeyPair(seed))
      const prologue = random(i % 3 === 0 ? 0 : 32)
      const initiator = new Noise(pattern, true, initiatorStatic, { curve })
      const responder = new Noise(pattern, false, responderStatic, { curve })
      initiator.initialise(prologue, pattern === 'IK' ? responderStatic.publicKey : null)
      responder.initialise(prologue)
      initiator.e = initiatorEphemeral
      responder.e = responderEphemeral

      const fields = { pattern, seeds: Buffer.concat(seeds), prologue }
      let [writer, reader] = [initiator, responder]
      for (let message = 1; !initiator.complete || !responder.complete; message++) {
        const payload = random(i < 2 ? 0 : below(300))
        const bytes = Buffer.from(writer.send(payload))
        fields['payload' + message] = payload
        fields['message' + message] = bytes
        // The reader wipes what it was given in the end, so it gets a copy.
        if (!payload.equals(Buffer.from(reader.recv(Buffer.from(bytes))))) throw new Error('the JavaScript stack disagrees with itself')
        ;[writer, reader] = [reader, writer]
      }
      fields.initiatorKey = initiator.tx
      fields.responderKey = initiator.rx
      fields.hash = initiator.hash
      lines.push(line(fields))
    }
  }
  write('noise', lines)
}

blake2b()
keySchedule()
signatures()
agreements()
scalars()
boxes()
streams()
handshakes()
