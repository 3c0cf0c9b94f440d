'use strict'

// The JavaScript end of one stream on loopback; benchmarks/java/LoopbackPeer.java is its twin.
//   node loopback-peer.js server BOOTSTRAP                  prints its key. A connection's first byte says what it brings: "e", and the
//                                                           rest is echoed; "c", and it is counted: prints {"millisAt": {bytes: ms}}
//   node loopback-peer.js send BOOTSTRAP KEY BYTES          prints "sending" when it is connected, then sends, and waits to be killed
//   node loopback-peer.js ping BOOTSTRAP KEY COUNT          prints the microseconds of each of COUNT round trips of 64 bytes, as JSON

const HyperDHT = require(process.env.HYPERDHT || 'hyperdht')

const CHUNK = Buffer.alloc(64 * 1024, 7)
const MARKS = [256e6, 2000e6] // bytes whose arrival is told; milliseconds from the first one on
const [role, bootstrap, key, size] = process.argv.slice(2)
const [host, port] = bootstrap.split(':')
const dht = new HyperDHT({ bootstrap: [{ host, port: Number(port) }], host: '127.0.0.1', firewalled: false })

const micros = () => Number(process.hrtime.bigint() / 1000n)

function count (socket, first) {
  const began = micros()
  const millisAt = {}
  let bytes = 0
  const arrived = (data) => {
    const before = bytes
    bytes += data.length
    for (const mark of MARKS) {
      if (before < mark && bytes >= mark) millisAt[mark] = (micros() - began) / 1000
    }
    if (before < MARKS[1] && bytes >= MARKS[1]) console.log(JSON.stringify({ millisAt }))
  }
  arrived(first)
  socket.on('data', arrived)
}

async function serve () {
  const server = dht.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (data) => {
      if (data[0] === 'c'.charCodeAt(0)) return count(socket, data.subarray(1))
      if (data.length > 1) socket.write(data.subarray(1))
      socket.on('data', (ping) => socket.write(ping))
    })
  })
  await server.listen(dht.defaultKeyPair)
  console.log(server.publicKey.toString('hex'))
}

async function connect () {
  await dht.fullyBootstrapped()
  const socket = dht.connect(Buffer.from(key, 'hex'))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

async function send (total) {
  const socket = await connect()
  console.log('sending')
  socket.write(Buffer.from('c'))
  for (let left = total; left > 0; left -= CHUNK.length) {
    if (!socket.write(CHUNK)) await new Promise((resolve) => socket.once('drain', resolve))
  }
}

async function ping (times) {
  const socket = await connect()
  const message = Buffer.alloc(64, 7)
  const took = []
  let missing = 0
  let back = null
  socket.on('data', (data) => {
    missing -= data.length
    if (missing === 0) back()
  })
  socket.write(Buffer.from('e'))
  for (let i = 0; i < times; i++) {
    const started = micros()
    missing = message.length
    const answered = new Promise((resolve) => { back = resolve })
    socket.write(message)
    await answered
    took.push(micros() - started)
  }
  console.log(JSON.stringify(took))
}

const roles = { server: serve, send: () => send(Number(size)), ping: () => ping(Number(size)) }
roles[role]().catch((err) => {
  console.error(err)
  process.exit(1)
})
