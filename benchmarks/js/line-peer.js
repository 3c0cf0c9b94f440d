'use strict'

// The JavaScript end of a long line; benchmarks/java/LinePeer.java is its twin.
//   node line-peer.js server HOST BOOTSTRAP SECONDS        prints {"key"}, counts what one connection brings, prints {"firstByteAt", "slots"}:
//                                                          milliseconds of the epoch, and bytes in each 100 ms of SECONDS from then on
//   node line-peer.js client HOST BOOTSTRAP SECONDS KEY    connects, sends as fast as it may until it is killed; after SECONDS
//                                                          prints {"openMillis", "roundTrips"}: smoothed, milliseconds, one in 100 ms

const HyperDHT = require(process.env.HYPERDHT || 'hyperdht')

const SLOT_MILLIS = 100
const CHUNK = Buffer.alloc(64 * 1024, 7)
const [role, host, bootstrap, seconds, key] = process.argv.slice(2)
const [bootstrapHost, bootstrapPort] = bootstrap.split(':')
const dht = new HyperDHT({ bootstrap: [{ host: bootstrapHost, port: Number(bootstrapPort) }], host, firewalled: false })
const slotCount = Number(seconds) * 1000 / SLOT_MILLIS

async function serve () {
  const server = dht.createServer((socket) => {
    const slots = new Array(slotCount).fill(0)
    let firstByteAt = 0
    socket.on('error', () => {})
    socket.on('data', (data) => {
      if (!firstByteAt) {
        firstByteAt = Date.now()
        setTimeout(() => console.log(JSON.stringify({ firstByteAt, slots })), slotCount * SLOT_MILLIS)
      }
      const slot = Math.floor((Date.now() - firstByteAt) / SLOT_MILLIS)
      if (slot < slotCount) slots[slot] += data.length
    })
  })
  await server.listen(dht.defaultKeyPair)
  console.log(JSON.stringify({ key: server.publicKey.toString('hex') }))
}

async function send () {
  await dht.fullyBootstrapped()
  const started = Date.now()
  const socket = dht.connect(Buffer.from(key, 'hex'))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const openMillis = Date.now() - started
  const roundTrips = []
  setInterval(() => {
    roundTrips.push(socket.rawStream.rtt)
    if (roundTrips.length === slotCount) console.log(JSON.stringify({ openMillis, roundTrips }))
  }, SLOT_MILLIS)
  const broken = new Promise((resolve, reject) => socket.once('close', () => reject(new Error('the stream broke off'))))
  while (true) {
    if (!socket.write(CHUNK)) await Promise.race([broken, new Promise((resolve) => socket.once('drain', resolve))])
  }
}

(role === 'server' ? serve() : send()).catch((err) => {
  console.error(err)
  process.exit(1)
})
