'use strict'

// One hyperdht node that listens and dials as it is told, for PeerInteropTest.
// Options: bootstrap, version, host, firewalled, quickFirewall, ephemeral.
// Commands: listen {shareLocalAddress, reject, refuseToPunch, relayThrough} -> {publicKey}: a server that echoes and ends when the
//           client ends;
//           greet {} -> {publicKey}: one that writes "hello" and ends at once;
//           echo {publicKey, bytes, localConnection, fastOpen, refuseToPunch, relayThrough} -> {connectMillis, equal};
//           open {the same as echo} -> {remotePort}: a connection that stays; where its packets go;
//           path {} -> {remotePort}: where the packets of the newest connection go, dialled or accepted;
//           send {bytes} -> {equal}: echoes over the connection that stays; end {}: ends it;
//           relay {} -> {publicKey}: a blind relay; relayStats {} -> {sessions, matched, streams}: live, so far, live;
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

function relayKey (hex) {
  return hex ? Buffer.from(hex, 'hex') : null
}

function pathOf (socket) {
  return { remotePort: socket.rawStream.remotePort }
}

function main () {
  const { HyperDHT, dht } = open(options)

  async function listen (handler, settings) {
    const server = dht.createServer(settings, handler)
    await server.listen(HyperDHT.keyPair())
    return { publicKey: server.publicKey }
  }

  let newest = null

  function echoNewest (socket) {
    newest = socket
    echo(socket)
  }

  command('listen', ({ shareLocalAddress, reject, refuseToPunch, relayThrough }) => listen(echoNewest, {
    shareLocalAddress,
    firewall: () => !!reject,
    holepunch: () => !refuseToPunch,
    relayThrough: relayKey(relayThrough)
  }))

  function dial ({ publicKey, localConnection, fastOpen, refuseToPunch, relayThrough }) {
    return dht.connect(Buffer.from(publicKey, 'hex'), {
      localConnection,
      fastOpen,
      holepunch: () => !refuseToPunch,
      relayThrough: relayKey(relayThrough)
    })
  }

  command('open', async (settings) => {
    newest = dial(settings)
    newest.on('error', () => {})
    await opened(newest)
    return pathOf(newest)
  })

  command('path', () => pathOf(newest))

  command('send', async ({ bytes }) => {
    const sent = crypto.randomBytes(bytes)
    const chunks = []
    let total = 0
    await new Promise((resolve, reject) => {
      newest.on('data', (data) => {
        chunks.push(data)
        total += data.length
        if (total >= bytes) resolve()
      })
      newest.once('close', () => reject(new Error('closed before the echo was whole')))
      newest.write(sent)
    })
    return { equal: Buffer.compare(Buffer.concat(chunks), sent) === 0 }
  })

  command('end', () => {
    newest.end()
    return {}
  })

  let relay = null

  command('relay', async () => {
    const { Server } = require('blind-relay')
    relay = new Server({ createStream: (opts) => dht.createRawStream({ ...opts, framed: true }) })
    return listen((socket) => {
      socket.on('error', () => {})
      relay.accept(socket, { id: socket.remotePublicKey }).on('error', () => {})
    }, {})
  })

  command('relayStats', () => ({
    sessions: relay.stats.sessions.active,
    matched: relay.stats.pairings.matched,
    streams: relay.stats.streams.active
  }))

  command('greet', () => listen(greet, {}))

  command('echo', async ({ bytes, ...settings }) => {
    const sent = crypto.randomBytes(bytes)
    const started = process.hrtime.bigint()
    const socket = dial(settings)
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
