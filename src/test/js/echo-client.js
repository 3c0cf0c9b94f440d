'use strict'

// Sends random bytes to an echo server, reads them back, and compares.
// Options: bootstrap, version, topic (hex) or none, seed (hex).
// Command `echo` {bytes, publicKey (hex, without a topic)} -> {connectMillis, totalMillis, equal}, a connection each.
// Topic mode meets once, by the first connection the swarm hands out.

const crypto = require('crypto')
const Hyperswarm = require('hyperswarm')
const { options, emit, command, onclose, fail } = require('./lib/peer')
const { createNode } = require('./lib/stack')

function roundTrip (socket, sent) {
  return new Promise((resolve, reject) => {
    const chunks = []
    socket.on('data', (data) => chunks.push(data))
    socket.on('end', () => resolve(Buffer.compare(Buffer.concat(chunks), sent) === 0))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed before the echo was whole')))
    socket.write(sent)
    socket.end()
  })
}

function opened (socket) {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

function main () {
  const dht = createNode(options)
  const swarm = options.topic ? new Hyperswarm({ dht, keyPair: dht.defaultKeyPair }) : null
  onclose(() => (swarm || dht).destroy())

  function meet () {
    return new Promise((resolve) => {
      swarm.once('connection', resolve)
      swarm.join(Buffer.from(options.topic, 'hex'), { server: false, client: true })
    })
  }

  command('echo', async ({ bytes, publicKey }) => {
    const sent = crypto.randomBytes(bytes)
    const started = process.hrtime.bigint()
    const millis = () => Number(process.hrtime.bigint() - started) / 1e6
    const socket = swarm ? await meet() : await opened(dht.connect(Buffer.from(publicKey, 'hex')))
    const connectMillis = millis()
    const equal = await roundTrip(socket, sent)
    return { connectMillis, totalMillis: millis(), equal }
  })
  emit('ready', { publicKey: dht.defaultKeyPair.publicKey })
}

try {
  main()
} catch (err) {
  fail(err)
}
