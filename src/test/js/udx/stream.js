'use strict'

// One raw UDX stream on loopback, driven by UdxInteropTest: { localId, remoteId, remotePort, echo, reply }.

const crypto = require('crypto')
const UDX = require('udx-native')
const { options, emit, command, onclose } = require('../lib/peer')

const udx = new UDX()
const socket = udx.createSocket()
socket.bind(0, '127.0.0.1')

const stream = udx.createStream(options.localId)
stream.connect(socket, options.remoteId, options.remotePort, '127.0.0.1')

const hash = crypto.createHash('sha256')
let received = 0

stream.on('data', (chunk) => {
  received += chunk.length
  hash.update(chunk)
  if (options.echo) stream.write(chunk)
})
stream.on('end', () => {
  emit('end', { received, hash: hash.digest() })
  if (options.echo) stream.end()
})
stream.on('message', (message) => {
  if (options.echo) stream.send(message)
  emit('message', { message })
})
stream.on('error', (err) => emit('error', { code: err.code || err.message }))
stream.on('close', () => emit('close', { mtu: stream.mtu, rtos: stream.rtoCount }))

// Writes pseudo-random bytes and reports their hash.
command('send', async ({ length, chunk }) => {
  const sent = crypto.createHash('sha256')
  for (let left = length; left > 0; left -= chunk) {
    const bytes = crypto.randomBytes(Math.min(chunk, left))
    sent.update(bytes)
    if (!stream.write(bytes)) await new Promise((resolve) => stream.once('drain', resolve))
  }
  return { hash: sent.digest() }
})
command('end', () => { stream.end(); return {} })
command('destroy', () => { stream.destroy(); return {} })
command('message', ({ text }) => { stream.send(Buffer.from(text)); return {} })
command('pause', () => { stream.pause(); return {} })
command('figures', () => ({ received, mtu: stream.mtu, retransmits: stream.retransmits, rtos: stream.rtoCount }))

onclose(() => { stream.destroy(); return socket.close() })

emit('bound', { port: socket.address().port })
