'use strict'

// The operations of src/jmh with the JavaScript stack's own libraries (libsodium, compact-encoding), by the same names.
// Prints one JSON object: {name: operations per second}.

const sodium = require('sodium-universal')
const curve = require('noise-curve-ed')
const c = require('compact-encoding')
const messages = require('hyperdht/lib/messages')
const { Push, Pull } = require('sodium-secretstream')

const seed = Buffer.alloc(32, 1)
const key = Buffer.alloc(32, 2)
const nonce = Buffer.alloc(24, 3)
const kib = Buffer.alloc(1024, 4)
const frame = Buffer.alloc(64 * 1024, 5)
const own = curve.generateKeyPair(Buffer.concat([seed, seed]))
const remote = curve.generateKeyPair(Buffer.alloc(64, 6))
const signature = Buffer.alloc(64)
sodium.crypto_sign_detached(signature, kib, own.secretKey)
const push = new Push(key)
const frameBox = Buffer.alloc(frame.length + 17)
const firstPush = new Push(key)
const firstBox = Buffer.alloc(frame.length + 17)
firstPush.next(frame, firstBox)
const opened = Buffer.alloc(frame.length)
const announce = {
  peer: { publicKey: own.publicKey, relayAddresses: Array(3).fill({ host: '127.0.0.1', port: 49737 }) },
  refresh: null,
  signature,
  bump: 0
}
const announced = c.encode(messages.announce, announce)

const operations = {
  blake2bOf1KiB: () => sodium.crypto_generichash(Buffer.allocUnsafe(32), kib),
  ed25519Sign1KiB: () => sodium.crypto_sign_detached(Buffer.allocUnsafe(64), kib, own.secretKey),
  ed25519Verify1KiB: () => sodium.crypto_sign_verify_detached(signature, kib, own.publicKey),
  ed25519KeyFromSeed: () => curve.generateKeyPair(own.secretKey),
  diffieHellman: () => curve.dh(remote.publicKey, own),
  chaChaPolySeal1KiB: () =>
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(Buffer.allocUnsafe(1024 + 16), kib, null, null, Buffer.alloc(12), key),
  secretBoxSeal1KiB: () => sodium.crypto_secretbox_easy(Buffer.allocUnsafe(1024 + 16), kib, nonce, key),
  secretStreamPush64KiB: () => push.next(frame, frameBox),
  secretStreamPull64KiB: () => {
    const receiver = new Pull(key)
    receiver.init(firstPush.header)
    receiver.next(firstBox, opened)
  },
  secretStreamPushAndPull64KiB: () => {
    const sender = new Push(key)
    sender.next(frame, frameBox)
    const receiver = new Pull(key)
    receiver.init(sender.header)
    receiver.next(frameBox, opened)
  },
  announceEncode: () => c.encode(messages.announce, announce),
  announceDecode: () => c.decode(messages.announce, announced)
}

function rate (operation, seconds) {
  const end = process.hrtime.bigint() + BigInt(seconds * 1e9)
  const start = process.hrtime.bigint()
  let count = 0
  while (process.hrtime.bigint() < end) {
    for (let i = 0; i < 16; i++) operation()
    count += 16
  }
  return Math.round(count / (Number(process.hrtime.bigint() - start) / 1e9))
}

const rates = {}
for (const [name, operation] of Object.entries(operations)) {
  rate(operation, 1) // warm up
  rates[name] = rate(operation, 2)
}
console.log(JSON.stringify(rates))
