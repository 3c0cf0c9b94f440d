'use strict'

// The JavaScript side of the two-process benchmark; benchmarks/java/BenchmarkPeer.java is its twin.
//   node peer.js server BOOTSTRAP                        prints its public key, counts bytes, answers each end with the count
//   node peer.js client BOOTSTRAP KEY CONNECTS BYTES     prints {"connectMillis": [[...], [...]], "bytesPerSecond": [n, n]}:
//                                                        of the process when it is young, and of the same number after that

const HyperDHT = require('hyperdht')

const CHUNK = Buffer.alloc(64 * 1024, 7)
const [role, bootstrap, key, connects, bytes] = process.argv.slice(2)
const [host, port] = bootstrap.split(':')
const dht = new HyperDHT({ bootstrap: [{ host, port: Number(port) }], host: '127.0.0.1', firewalled: false })

const now = () => Number(process.hrtime.bigint()) / 1e6

async function serve () {
  const server = dht.createServer((socket) => {
    let count = 0
    socket.on('error', () => {})
    socket.on('data', (data) => { count += data.length })
    socket.on('end', () => socket.end(String(count)))
  })
  await server.listen(dht.defaultKeyPair)
  console.log(server.publicKey.toString('hex'))
}

function connect () {
  const socket = dht.connect(Buffer.from(key, 'hex'))
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject))
}

function finish (socket) {
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.on('data', (data) => { answer += data })
    socket.on('end', () => resolve(Number(answer)))
    socket.on('error', reject)
    socket.end()
  })
}

async function send (total) {
  const socket = await connect()
  const started = now()
  for (let left = total; left > 0; left -= CHUNK.length) {
    const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve))
  }
  const count = await finish(socket)
  if (count !== total) throw new Error('the server counted ' + count)
  return total / ((now() - started) / 1000)
}

async function times (count) {
  const millis = []
  for (let i = 0; i < count; i++) {
    const started = now()
    const socket = await connect()
    millis.push(now() - started)
    await finish(socket)
  }
  return millis
}

async function run () {
  await dht.fullyBootstrapped()
  const connectMillis = [await times(Number(connects)), await times(Number(connects))]
  console.log(JSON.stringify({ connectMillis, bytesPerSecond: [await send(Number(bytes)), await send(Number(bytes))] }))
  process.exit(0)
}

(role === 'server' ? serve() : run()).catch((err) => {
  console.error(err)
  process.exit(1)
})
