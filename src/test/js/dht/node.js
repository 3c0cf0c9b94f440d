'use strict'

// One hyperdht node that does what it is told, for DhtInteropTest.
// Options: bootstrap, version, seed, firewalled, ephemeral. Keys, hashes, topics and values are hex. Commands:
//   state -> {ephemeral, firewalled, nodes, host, port}
//   announce {topic, relays, bump, clear} -> {errors: [code of each of the closest nodes]}
//   lookup {topic} -> {peers: ["key relay,relay"], bumps, answers}
//   unannounce {topic} -> {}
//   refresh {topic} -> {errors}: announces with a refresh chain of two at every node, then reveals it link by link
//   findPeer {publicKey} -> {from: ["host:port"], peers: ["key relay,relay"]}
//   immutablePut {value} -> {hash, closest}      immutableGet {hash} -> {value} or {}
//   mutablePut {value, seq} -> {signature, errors}      mutableGet {publicKey, seq, latest} -> {value, seq} or {}
//   listen -> {publicKey, relays: ["host:port"]}      close -> {}
//   echo {publicKey, text} -> {text}: connects to a server that echoes

const { options, emit, command, onclose, fail } = require('../lib/peer')
const { createNode } = require('../lib/stack')
const c = require('compact-encoding')
const HyperDHT = require('hyperdht')
const m = require('hyperdht/lib/messages')
const Persistent = require('hyperdht/lib/persistent')

const bytes = (hex) => Buffer.from(hex, 'hex')
const text = ({ host, port }) => host + ':' + port
const peerText = (peer) => peer.publicKey.toString('hex') + ' ' + peer.relayAddresses.map(text).join(',')

function addressOf (hostPort) {
  const [host, port] = hostPort.split(':')
  return { host, port: Number(port) }
}

// What the closest nodes answer to the commits of a query: hyperdht itself takes errors for success.
function watchErrors (dht, commandNumber) {
  const errors = []
  const request = dht.request
  dht.request = async function (message, ...rest) {
    const reply = request.call(dht, message, ...rest)
    if (message.command === commandNumber) reply.then((res) => errors.push(res.error), (err) => errors.push(err.code))
    return reply
  }
  return { errors, done: () => { dht.request = request } }
}

async function main () {
  const dht = createNode(options)
  onclose(() => dht.destroy())
  await dht.fullyBootstrapped()
  const keyPair = dht.defaultKeyPair
  let server = null

  command('state', () => {
    const { ephemeral, firewalled, host, port } = dht
    return { ephemeral, firewalled, nodes: dht.nodes.length, host, port }
  })

  command('announce', async ({ topic, relays, bump, clear }) => {
    const watch = watchErrors(dht, 4)
    await dht.announce(bytes(topic), keyPair, (relays || []).map(addressOf), { bump, clear }).finished()
    watch.done()
    return { errors: watch.errors.map(String) }
  })

  command('lookup', async ({ topic }) => {
    const found = new Set()
    const bumps = new Set()
    let answers = 0
    for await (const { peers, bump } of dht.lookup(bytes(topic))) {
      answers++
      bumps.add(String(bump))
      for (const peer of peers) found.add(peerText(peer))
    }
    return { peers: [...found].sort(), bumps: [...bumps].sort(), answers }
  })

  command('unannounce', async ({ topic }) => {
    await dht.unannounce(bytes(topic), keyPair)
    return {}
  })

  command('refresh', async ({ topic }) => {
    const target = bytes(topic)
    const chain = [Buffer.alloc(32, 7)]
    for (let i = 0; i < 2; i++) chain.push(HyperDHT.hash(chain[i]))
    const query = dht.lookup(target)
    await query.finished()
    const errors = []
    for (const { from, token } of query.closestReplies) {
      const unsigned = { peer: { publicKey: keyPair.publicKey, relayAddresses: [] }, refresh: chain[2], signature: null }
      const announce = { ...unsigned, signature: Persistent.signAnnounce(target, token, from.id, unsigned, keyPair) }
      for (const message of [announce, { refresh: chain[1] }, { refresh: chain[0] }]) {
        const request = { token, target, command: 4, value: c.encode(m.announce, message) }
        const reply = await dht.request(request, from).catch((err) => ({ error: err.code }))
        errors.push(String(reply.error))
      }
    }
    return { errors }
  })

  command('findPeer', async ({ publicKey }) => {
    const from = new Set()
    const peers = new Set()
    for await (const reply of dht.findPeer(bytes(publicKey))) {
      from.add(text(reply.from))
      peers.add(peerText(reply.peer))
    }
    return { from: [...from].sort(), peers: [...peers].sort() }
  })

  command('immutablePut', async ({ value }) => {
    const { hash, closestNodes } = await dht.immutablePut(bytes(value))
    return { hash, closest: closestNodes.length }
  })

  command('immutableGet', async ({ hash }) => {
    const found = await dht.immutableGet(bytes(hash))
    return found ? { value: found.value } : {}
  })

  command('mutablePut', async ({ value, seq }) => {
    const watch = watchErrors(dht, 6)
    const { signature } = await dht.mutablePut(keyPair, bytes(value), { seq })
    watch.done()
    return { signature, errors: watch.errors.map(String) }
  })

  command('mutableGet', async ({ publicKey, seq, latest }) => {
    const found = await dht.mutableGet(bytes(publicKey), { seq, latest })
    return found ? { value: found.value, seq: found.seq } : {}
  })

  command('listen', async () => {
    server = dht.createServer((socket) => {
      socket.on('error', () => {})
      socket.pipe(socket)
    })
    await server.listen(keyPair)
    return { publicKey: keyPair.publicKey, relays: server.relayAddresses.map(text) }
  })

  command('close', async () => {
    await server.close()
    return {}
  })

  command('echo', ({ publicKey, text }) => new Promise((resolve, reject) => {
    const socket = dht.connect(bytes(publicKey))
    socket.on('error', reject)
    socket.on('data', (data) => {
      resolve({ text: data.toString() })
      socket.end()
    })
    socket.write(text)
  }))

  emit('ready', { publicKey: keyPair.publicKey })
}

main().catch(fail)
