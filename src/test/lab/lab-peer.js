'use strict'

// The JavaScript side of natlab.sh. Prints one word a line that the script waits for, and runs until it is ended.
//
//   bootstrap HOST                   the first node of a DHT            ready
//   node HOST BOOTSTRAP              another node                       ready
//   relay HOST BOOTSTRAP             a node that is a blind relay       listening KEY
//   server BOOTSTRAP                 echoes what it is sent             listening KEY
//   client BOOTSTRAP KEY SECONDS [RELAY_KEY]
//                                    dials, sends, reads it back        result met|refused|broken ...
//
// LAB_HYPERDHT names the package: hyperdht (the default) or hyperdht-6-32.

const DHT = require(process.env.LAB_HYPERDHT || 'hyperdht')

const PORT = 49737
const BYTES = 100000
const BEGUN = Date.now() // with all modules loaded

function say (word, ...rest) {
  process.stdout.write([word, ...rest].join(' ') + '\n')
}

const roles = {
  async bootstrap (host) {
    const node = DHT.bootstrapper(PORT, host)
    await node.fullyBootstrapped()
    say('ready', host)
  },

  async node (host, bootstrap) {
    const node = new DHT({ bootstrap: [bootstrap], host, port: PORT, firewalled: false, ephemeral: false })
    await node.fullyBootstrapped()
    say('ready', host)
  },

  async relay (host, bootstrap) {
    const { Server } = require('blind-relay')
    const node = new DHT({ bootstrap: [bootstrap], host, port: PORT, firewalled: false, ephemeral: false })
    await node.fullyBootstrapped()
    const relay = new Server({ createStream: (options) => node.createRawStream({ ...options, framed: true }) })
    const server = node.createServer({ shareLocalAddress: false }, (socket) => {
      socket.on('error', () => {})
      relay.accept(socket, { id: socket.remotePublicKey }).on('error', () => {})
    })
    await server.listen()
    say('listening', server.publicKey.toString('hex'))
  },

  async server (bootstrap) {
    const node = new DHT({ bootstrap: [bootstrap] })
    const server = node.createServer((socket) => {
      socket.on('error', () => {})
      socket.pipe(socket)
    })
    await server.listen()
    say('listening', server.publicKey.toString('hex'))
  },

  async client (bootstrap, key, seconds, relay) {
    const node = new DHT({ bootstrap: [bootstrap] })
    await node.fullyBootstrapped()
    const started = Date.now()
    const socket = node.connect(Buffer.from(key, 'hex'), relay ? { relayThrough: Buffer.from(relay, 'hex') } : {})
    const over = setTimeout(() => finish('broken', 'no echo in ' + seconds + ' s'), seconds * 1000)
    let openedAfter = -1
    let sinceBegun = -1
    let received = 0

    function finish (outcome, ...details) {
      clearTimeout(over)
      say('result', outcome, ...details)
      process.exit(0)
    }

    socket.on('open', () => {
      openedAfter = Date.now() - started
      sinceBegun = Date.now() - BEGUN
      socket.write(Buffer.alloc(BYTES, 7))
    })
    socket.on('data', (data) => {
      received += data.byteLength
      if (received === BYTES) {
        finish('met', 'open', openedAfter, 'ms, from the start', sinceBegun, 'ms, echo', Date.now() - started, 'ms, at', socket.rawStream.remoteHost + ':' + socket.rawStream.remotePort)
      }
    })
    socket.on('error', (err) => {
      if (openedAfter < 0) finish('refused', err.code || err.message, 'after', Date.now() - started, 'ms')
      else finish('broken', err.code || err.message, 'with', received, 'bytes back')
    })
  }
}

roles[process.argv[2]](...process.argv.slice(3)).catch((err) => {
  console.error(err)
  process.exit(1)
})
