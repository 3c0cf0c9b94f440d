'use strict'

// Writes src/test/resources/vectors/dht-messages.properties: what hyperdht's own codec makes of the messages that
// MessageVectorsTest builds by the same names, and some that a seeded generator makes up ("made.TYPE.N").
//
//   node src/test/js/vectors/dht-messages.js > src/test/resources/vectors/dht-messages.properties

const c = require('compact-encoding')
const crypto = require('hypercore-crypto')
const sodium = require('sodium-universal')
const z32 = require('z32')
const address = require('hyperdht-address')
const m = require('hyperdht/lib/messages')
const Persistent = require('hyperdht/lib/persistent')
const { NS } = require('hyperdht/lib/constants')

const lines = []

function put (name, bytes) {
  lines.push(name + ' = ' + Buffer.from(bytes).toString('hex'))
}

function fill (byte, size = 32) {
  return Buffer.alloc(size, byte)
}

function at (host, port) {
  return { host, port }
}

function h32 (...parts) {
  const out = Buffer.alloc(32)
  sodium.crypto_generichash_batch(out, parts)
  return out
}

const keyPair = crypto.keyPair(fill(1))
const one = at('1.2.3.4', 1000)
const two = at('192.168.1.2', 49737)
const noise = Buffer.from('aabb', 'hex')

put('key.public', keyPair.publicKey)
put('key.hash', h32(keyPair.publicKey))
for (const [name, bytes] of Object.entries(NS)) put('namespace.' + name, bytes)

put('handshake.fromClient', c.encode(m.handshake, { mode: 0, noise, peerAddress: null, relayAddress: null }))
put('handshake.fromRelay', c.encode(m.handshake, { mode: 2, noise, peerAddress: one, relayAddress: null }))
put('handshake.fromSecondRelay', c.encode(m.handshake, { mode: 3, noise, peerAddress: one, relayAddress: two }))
put('handshake.emptyNoise', c.encode(m.handshake, { mode: 4, noise: Buffer.alloc(0), peerAddress: null, relayAddress: two }))
put('holepunch.fromClient', c.encode(m.holepunch, { mode: 0, id: 3, payload: noise, peerAddress: one }))
put('holepunch.reply', c.encode(m.holepunch, { mode: 4, id: 70000, payload: noise, peerAddress: null }))

const empty = { version: 1, error: 0, firewall: 0, holepunch: null, addresses4: [], addresses6: [], udx: null, secretStream: null, relayThrough: null, relayAddresses: null }
put('noisePayload.minimal', c.encode(m.noisePayload, empty))
put('noisePayload.client', c.encode(m.noisePayload, { ...empty, addresses4: [two], udx: { reusableSocket: false, id: 0x12345678, seq: 0 }, secretStream: {} }))
put('noisePayload.server', c.encode(m.noisePayload, {
  ...empty,
  error: 2,
  firewall: 3,
  holepunch: { id: 9, relays: [{ relayAddress: one, peerAddress: two }, { relayAddress: two, peerAddress: one }] },
  addresses4: [one, two],
  addresses6: [at('2001:db8:0:0:0:0:0:1', 8080)],
  udx: { reusableSocket: true, id: 4294967295, seq: 0 },
  secretStream: {},
  relayThrough: { publicKey: fill(7), token: fill(8) },
  relayAddresses: [one]
}))
put('noisePayload.noRelayAddresses', c.encode(m.noisePayload, { ...empty, firewall: 1, relayAddresses: [] }))

const round = { error: 0, firewall: 0, round: 0, connected: false, punching: false, addresses: null, remoteAddress: null, token: null, remoteToken: null }
put('holepunchPayload.minimal', c.encode(m.holepunchPayload, round))
put('holepunchPayload.punching', c.encode(m.holepunchPayload, { ...round, firewall: 2, round: 1, punching: true }))
put('holepunchPayload.full', c.encode(m.holepunchPayload, { error: 1, firewall: 3, round: 200, connected: true, punching: true, addresses: [one, two], remoteAddress: two, token: fill(5), remoteToken: fill(6) }))
put('holepunchPayload.noAddresses', c.encode(m.holepunchPayload, { ...round, error: 3, addresses: [] }))

const peer = { publicKey: keyPair.publicKey, relayAddresses: [one] }
const alone = { publicKey: keyPair.publicKey, relayAddresses: [] }
put('peer.alone', c.encode(m.peer, alone))
put('peer.oneRelay', c.encode(m.peer, peer))
put('lookup.one', c.encode(m.lookupRawReply, { peers: [c.encode(m.peer, peer)], bump: 0 }))
put('lookup.twoBumped', c.encode(m.lookupRawReply, { peers: [c.encode(m.peer, peer), c.encode(m.peer, alone)], bump: 1700000000000 }))
put('announce.minimal', c.encode(m.announce, { peer: null, refresh: null, signature: null }))
put('announce.signed', c.encode(m.announce, { peer: alone, refresh: null, signature: fill(4, 64) }))
put('announce.full', c.encode(m.announce, { peer, refresh: fill(3), signature: fill(4, 64), bump: 1700000000000 }))
put('announce.refreshOnly', c.encode(m.announce, { peer: null, refresh: fill(3), signature: null }))
put('mutablePut', c.encode(m.mutablePutRequest, { publicKey: keyPair.publicKey, seq: 5, value: Buffer.from('hello'), signature: fill(4, 64) }))
put('mutablePut.empty', c.encode(m.mutablePutRequest, { publicKey: keyPair.publicKey, seq: 0, value: Buffer.alloc(0), signature: fill(4, 64) }))
put('mutableGet', c.encode(m.mutableGetResponse, { seq: 65536, value: Buffer.from('hello'), signature: fill(4, 64) }))

const target = fill(2)
const token = fill(3)
const id = fill(4)
put('signature.announce', Persistent.signAnnounce(target, token, id, { peer: alone, refresh: null }, keyPair))
put('signature.announce.relayAndRefresh', Persistent.signAnnounce(target, token, id, { peer, refresh: fill(9) }, keyPair))
put('signature.unannounce', Persistent.signUnannounce(target, token, id, { peer: alone, refresh: null }, keyPair))
put('signature.mutable', Persistent.signMutable(5, Buffer.from('hello'), keyPair))

put('peerId.bare', address.encode(keyPair.publicKey, null))
put('peerId.nodes', address.encode(keyPair.publicKey, [one, two]))
put('peerId.noNodes', address.encode(keyPair.publicKey, []))
lines.push('peerId.z32 = ' + z32.encode(keyPair.publicKey))

// --- made up -----------------------------------------------------------------------------------------------------------

let state = 0x2545f491
function below (n) { // xorshift32
  state ^= state << 13
  state >>>= 0
  state ^= state >>> 17
  state ^= state << 5
  state >>>= 0
  return state % n
}
const bytes = (n) => Buffer.from(Array.from({ length: n }, () => below(256)))
const maybe = (make) => (below(2) ? make() : null)
const ipv4 = () => at([below(256), below(256), below(256), below(256)].join('.'), below(65536))
const ipv6 = () => at(Array.from({ length: 8 }, () => below(65536).toString(16)).join(':'), below(65536))
const list = (make) => Array.from({ length: below(5) }, make)
const uint = () => [below(253), below(65536), 65536 + below(0x7fffffff), 2 ** 32 + below(0x7fffffff)][below(4)]
const somePeer = () => ({ publicKey: bytes(32), relayAddresses: list(ipv4) })

const made = {
  handshake: [m.handshake, () => ({ mode: below(5), noise: bytes(below(200)), peerAddress: maybe(ipv4), relayAddress: maybe(ipv4) })],
  holepunch: [m.holepunch, () => ({ mode: below(5), id: uint(), payload: bytes(below(200)), peerAddress: maybe(ipv4) })],
  noisePayload: [m.noisePayload, () => ({
    error: below(4),
    firewall: below(4),
    holepunch: maybe(() => ({ id: uint(), relays: list(() => ({ relayAddress: ipv4(), peerAddress: ipv4() })) })),
    addresses4: list(ipv4),
    addresses6: list(ipv6),
    udx: maybe(() => ({ reusableSocket: !!below(2), id: uint(), seq: uint() })),
    secretStream: maybe(() => ({})),
    relayThrough: maybe(() => ({ publicKey: bytes(32), token: bytes(32) })),
    relayAddresses: maybe(() => list(ipv4))
  })],
  holepunchPayload: [m.holepunchPayload, () => ({
    error: below(4),
    firewall: below(4),
    round: below(253), // hyperdht reserves one byte and throws for more
    connected: !!below(2),
    punching: !!below(2),
    addresses: maybe(() => list(ipv4)),
    remoteAddress: maybe(ipv4),
    token: maybe(() => bytes(32)),
    remoteToken: maybe(() => bytes(32))
  })],
  peer: [m.peer, somePeer],
  lookup: [m.lookupRawReply, () => ({ peers: list(() => c.encode(m.peer, somePeer())), bump: uint() })],
  announce: [m.announce, () => ({ peer: maybe(somePeer), refresh: maybe(() => bytes(32)), signature: maybe(() => bytes(64)), bump: below(2) * uint() })],
  mutablePut: [m.mutablePutRequest, () => ({ publicKey: bytes(32), seq: uint(), value: bytes(below(300)), signature: bytes(64) })],
  mutableGet: [m.mutableGetResponse, () => ({ seq: uint(), value: bytes(below(300)), signature: bytes(64) })]
}

for (const [name, [codec, make]] of Object.entries(made)) {
  for (let i = 0; i < 25; i++) put('made.' + name + '.' + i, c.encode(codec, make()))
}

console.log('# Made by src/test/js/vectors/dht-messages.js with hyperdht ' + require('hyperdht/package.json').version)
console.log(lines.join('\n'))
