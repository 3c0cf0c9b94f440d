'use strict'

// Many idle connections, both ends in this process; benchmarks/java/CrowdPeer.java is its twin and explains the figures.
//   node --expose-gc crowd-peer.js idle CONNECTIONS SECONDS [BYTES]

const HyperDHT = require(process.env.HYPERDHT || 'hyperdht')
const createTestnet = require('hyperdht/testnet')

const CONNECTS_AT_ONCE = 64
const SETTLING = 17000
const ECHO_PATIENCE = 30000
const CALL = Buffer.from('are you there?')
const CHUNK = Buffer.alloc(64 * 1024, 7)

const [mode, connections, seconds, bytes] = [process.argv[2], ...process.argv.slice(3).map(Number)]
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis))
const now = () => Number(process.hrtime.bigint()) / 1e9

function processorSeconds () {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function idlePercent (idleSeconds) {
  const before = processorSeconds()
  const since = now()
  await pause(idleSeconds * 1000)
  return 100 * (processorSeconds() - before) / (now() - since)
}

async function liveHeap () {
  for (let i = 0; i < 3; i++) {
    global.gc()
    await pause(200)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function answer (socket) {
  let count = 0
  socket.on('error', () => {})
  socket.on('data', (data) => {
    if (data.length === CALL.length) socket.write(data)
    else count += data.length
  })
  socket.on('end', () => socket.end(String(count)))
}

function connect (dht, key) {
  const socket = dht.connect(key)
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject))
}

async function connectAll (dht, key) {
  const crowd = []
  let left = connections
  await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, async () => {
    while (left-- > 0) crowd.push(await connect(dht, key))
  }))
  return crowd
}

async function transfer (socket, total) {
  const counted = new Promise((resolve) => socket.on('data', (data) => resolve(Number(data))))
  const whole = Math.floor(total / CHUNK.length) * CHUNK.length
  const started = now()
  for (let sent = 0; sent < whole; sent += CHUNK.length) {
    if (!socket.write(CHUNK)) await new Promise((resolve) => socket.once('drain', resolve))
  }
  socket.end()
  const count = await counted
  if (count !== whole) throw new Error(`the other end counted ${count} of ${whole}`)
  return whole / (now() - started)
}

async function idle () {
  const testnet = await createTestnet(3, { host: '127.0.0.1' })
  const options = { bootstrap: testnet.bootstrap, host: '127.0.0.1', firewalled: false }
  const [here, there] = [new HyperDHT(options), new HyperDHT(options)]
  await Promise.all([here.fullyBootstrapped(), there.fullyBootstrapped()])
  const server = there.createServer(answer)
  await server.listen(there.defaultKeyPair)
  ;(await connect(here, server.publicKey)).end()
  await pause(SETTLING)
  const heapBefore = await liveHeap()

  const started = now()
  const crowd = await connectAll(here, server.publicKey)
  const connectSeconds = now() - started
  let alive = 0
  let allAlive = null
  const echoed = new Promise((resolve) => { allAlive = resolve })
  for (const socket of crowd) {
    socket.on('error', () => {})
    socket.on('data', (data) => { if (data.length === CALL.length && ++alive === connections) allAlive() })
  }

  await pause(SETTLING)
  const youngPercent = await idlePercent(seconds / 3)
  const processorPercent = await idlePercent(seconds * 2 / 3)
  const heapBytesPerEnd = (await liveHeap() - heapBefore) / (2 * connections)

  for (const socket of crowd) socket.write(CALL)
  await Promise.race([echoed, pause(ECHO_PATIENCE)])
  const bytesPerSecond = await transfer(crowd[crowd.length - 1], bytes || 300e6)
  const round = (value, digits) => Number(value.toFixed(digits))
  console.log(JSON.stringify({
    connections,
    connectSeconds: round(connectSeconds, 2),
    youngPercent: round(youngPercent, 2),
    processorPercent: round(processorPercent, 2),
    heapBytesPerEnd: Math.round(heapBytesPerEnd),
    alive,
    bytesPerSecond: Math.round(bytesPerSecond)
  }))
  process.exit(0)
}

if (mode !== 'idle' || !(seconds > 0)) throw new Error('idle CONNECTIONS SECONDS [BYTES]')
idle().catch((err) => {
  console.error(err)
  process.exit(1)
})
