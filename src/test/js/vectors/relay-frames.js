'use strict'

// Writes src/test/resources/vectors/relay-frames.properties: what blind-relay and protomux put on the wire between a client
// and a relay, as RelayVectorsTest builds and reads it. Both ends are the packages' own, over a pair of streams in memory.
//
//   node src/test/js/vectors/relay-frames.js > src/test/resources/vectors/relay-frames.properties

const { Duplex } = require('streamx')
const c = require('compact-encoding')
const Protomux = require('protomux')
const { Server, Client, messages: m } = require('blind-relay')

const lines = []

function put (name, bytes) {
  lines.push(name + ' = ' + Buffer.from(bytes).toString('hex'))
}

function fill (byte, size = 32) {
  return Buffer.alloc(size, byte)
}

function pipe () {
  const ends = [0, 1].map((i) => {
    const stream = new Duplex({
      write (data, cb) {
        stream.sent.push(Buffer.from(data))
        ends[1 - i].push(Buffer.from(data))
        cb(null)
      }
    })
    stream.sent = []
    stream.userData = null
    return stream
  })
  return ends
}

function ticks () {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

for (const isInitiator of [true, false]) {
  for (const id of [0, 11, 252, 253, 65535, 65536, 0xffffffff]) {
    put('pair.' + isInitiator + '.' + id, c.encode(m.pair, { isInitiator, token: fill(5), id, seq: 0 }))
  }
}
put('unpair', c.encode(m.unpair, { token: fill(5) }))

// A relay, and the two sides of a pairing. Raw streams are not needed for the frames: an id and the calls are.
async function session () {
  let next = 100
  const server = new Server({
    createStream: () => {
      const stream = { id: next++, on: () => stream, off: () => stream, relayTo: () => stream, destroy: () => stream }
      return stream
    }
  })
  const sides = [fill(1), fill(2)].map((key, i) => {
    const [near, far] = pipe()
    server.accept(far, { id: key })
    const client = Client.from(near, { id: key })
    return { near, far, client, initiator: i === 0 }
  })
  await ticks()
  for (const { client, initiator } of sides) client.pair(initiator, fill(5), { id: 11 }).on('error', () => {}).resume()
  await ticks()
  sides[0].client.unpair(fill(5))
  await ticks()
  sides[1].client.destroy()
  await ticks()
  for (const [i, name] of [[0, 'initiator'], [1, 'follower']]) {
    sides[i].near.sent.forEach((frame, n) => put('session.' + name + '.client.' + n, frame))
    sides[i].far.sent.forEach((frame, n) => put('session.' + name + '.relay.' + n, frame))
  }
}

// What a relay that speaks other protocols too may send: a batch over two channels, and a rejected channel.
async function multiplexed () {
  const [near, far] = pipe()
  const mux = new Protomux(far)
  const other = mux.createChannel({ protocol: 'other', messages: [{ encoding: c.raw }] })
  const relay = mux.createChannel({ protocol: 'blind-relay', id: fill(1), messages: [{ encoding: m.pair }, { encoding: m.unpair }] })
  mux.cork()
  other.open()
  relay.open()
  other.messages[0].send(Buffer.from('hello'))
  relay.messages[0].send({ isInitiator: true, token: fill(5), id: 77, seq: 0 })
  relay.close()
  mux.uncork()
  const mine = new Protomux(near)
  await ticks()
  far.sent.forEach((frame, n) => put('multiplexed.relay.' + n, frame))
  near.sent.forEach((frame, n) => put('multiplexed.client.' + n, frame))
  mine.destroy()
}

async function main () {
  await session()
  await multiplexed()
  console.log('# Made by src/test/js/vectors/relay-frames.js with blind-relay ' + require('blind-relay/package.json').version)
  console.log(lines.join('\n'))
}

main().catch((err) => {
  process.stderr.write(err.stack + '\n')
  process.exit(1)
})
