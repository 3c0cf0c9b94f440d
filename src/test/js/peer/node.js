'use strict'

// One hyperdht node that listens and dials as it is told, for PeerInteropTest.
// Options: bootstrap, version, host, firewalled, quickFirewall, ephemeral.
// Commands: listen {shareLocalAddress, reject, refuseToPunch} -> {publicKey}: a server that echoes and ends when the client ends;
//           greet {} -> {publicKey}: one that writes "hello" and ends at once;
//           echo {publicKey, bytes, localConnection, fastOpen} -> {connectMillis, equal};
//           messages {publicKey, sizes} -> {sizes}: sends one message of each size and returns what the echo cut;
//           unordered {publicKey} -> {}: sends datagrams until one comes back.

const crypto = require('crypto')
const { options, emit, command, onclose, fail } = require('../lib/peer')
const { dhtOf } = require('../lib/stack')

function open (settings) {
  const HyperDHT = dhtOf(options.version)
  const { bootstrap, host, firewalled, quickFirewall, ephemeral } = settings
  const dht = new HyperDHT(JSON.parse(JSON.stringify({ bootstrap, host, firewalled, quickFirewall, ephemeral })))
  onclose(() => dht.destroy())
  return { HyperDHT, dht }
}

function echo (socket) {
  let bytes = 0
  socket.on('data', (data) => {
    bytes += data.length
    socket.write(data)
  })
  socket.on('message', (message) => socket.trySend(message))
  socket.on('end', () => socket.end())
  socket.on('error', () => {})
  socket.on('close', () => emit('connection', { publicKey: socket.remotePublicKey, bytes }))
}

function greet (socket) {
  socket.on('error', () => {})
  socket.on('close', () => emit('connection', { publicKey: socket.remotePublicKey, bytes: 0 }))
  socket.end('hello')
}

function opened (socket) {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
}

function main () {
  const { HyperDHT, dht } = open(options)

  async function listen (handler, settings) {
    const server = dht.createServer(settings, handler)
    await server.listen(HyperDHT.keyPair())
    return { publicKey: server.publicKey }
  }

  command('listen', ({ shareLocalAddress, reject, refuseToPunch }) => listen(echo, {
    shareLocalAddress,
    firewall: () => !!reject,
    holepunch: () => !refuseToPunch
  }))

  command('greet', () => listen(greet, {}))

  command('echo', async ({ publicKey, bytes, localConnection, fastOpen }) => {
    const sent = crypto.randomBytes(bytes)
    const started = process.hrtime.bigint()
    const socket = dht.connect(Buffer.from(publicKey, 'hex'), { localConnection, fastOpen })
    await opened(socket)
    const connectMillis = Number(process.hrtime.bigint() - started) / 1e6
    const equal = await new Promise((resolve, reject) => {
      const chunks = []
      socket.on('data', (data) => chunks.push(data))
      socket.on('end', () => resolve(Buffer.compare(Buffer.concat(chunks), sent) === 0))
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('closed before the echo was whole')))
      socket.write(sent)
      socket.end()
    })
    return { connectMillis, equal }
  })

  command('messages', async ({ publicKey, sizes }) => {
    const socket = dht.connect(Buffer.from(publicKey, 'hex'))
    const received = []
    await new Promise((resolve, reject) => {
      socket.on('data', (data) => {
        received.push(data.length)
        if (received.length === sizes.length) resolve()
      })
      socket.on('error', reject)
      for (const size of sizes) socket.write(Buffer.alloc(size, 1))
    })
    socket.end()
    return { sizes: received }
  })

  command('unordered', async ({ publicKey }) => {
    const socket = dht.connect(Buffer.from(publicKey, 'hex'))
    await opened(socket)
    const timer = setInterval(() => socket.trySend(Buffer.from('ping')), 50)
    const text = await new Promise((resolve, reject) => {
      socket.once('message', (message) => resolve(message.toString()))
      socket.once('error', reject)
    })
    clearInterval(timer)
    socket.end()
    return { text }
  })

  emit('ready', { publicKey: dht.defaultKeyPair.publicKey })
}

try {
  main()
} catch (err) {
  fail(err)
}
