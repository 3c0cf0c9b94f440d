'use strict'

// Echoes every byte of every connection, and ends its side when the other has ended.
// Options: bootstrap, version ('6.32.0' | '6.34.0'), topic (hex; without it the server is reached by key), seed (hex).
// Event `listening` {publicKey} when it can be found, `connection` {publicKey, bytes} for each that has closed.

const Hyperswarm = require('hyperswarm')
const { options, emit, onclose, fail } = require('./lib/peer')
const { createNode } = require('./lib/stack')

function echo (socket) {
  let bytes = 0
  socket.on('data', (data) => { bytes += data.length })
  socket.on('error', () => {}) // the close below tells the test
  socket.on('close', () => emit('connection', { publicKey: socket.remotePublicKey, bytes }))
  socket.pipe(socket)
}

async function main () {
  const dht = createNode(options)
  if (options.topic) {
    const swarm = new Hyperswarm({ dht, keyPair: dht.defaultKeyPair })
    onclose(() => swarm.destroy())
    swarm.on('connection', echo)
    await swarm.join(Buffer.from(options.topic, 'hex'), { server: true, client: false }).flushed()
    emit('listening', { publicKey: swarm.keyPair.publicKey })
  } else {
    onclose(() => dht.destroy())
    const server = dht.createServer(echo)
    await server.listen(dht.defaultKeyPair)
    emit('listening', { publicKey: server.publicKey })
  }
}

main().catch(fail)
