'use strict'

// The JavaScript side of the benchmark of starts and connects; benchmarks/java/FirstConnect.java is its twin. Times are in
// milliseconds.
//   node first-peer.js server BOOTSTRAP             prints its public key, closes each connection when its client does
//   node first-peer.js once BOOTSTRAP KEY           prints the time from its first line to an open connection
//   node first-peer.js many BOOTSTRAP KEY COUNT     prints [the time of each of COUNT connects in sequence]
//   node first-peer.js crowd BOOTSTRAP KEY COUNT    prints the time of COUNT connects at once

const now = () => Number(process.hrtime.bigint()) / 1e6
const begun = now()

const HyperDHT = require('hyperdht')

const [role, bootstrap, key, count] = process.argv.slice(2)
const [host, port] = bootstrap.split(':')
const dht = new HyperDHT({ bootstrap: [{ host, port: Number(port) }], host: '127.0.0.1', firewalled: false })

function connect () {
  const socket = dht.connect(Buffer.from(key, 'hex'))
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject))
}

function finish (socket) {
  return new Promise((resolve, reject) => {
    socket.on('data', () => reject(new Error('the server said something')))
    socket.on('end', resolve)
    socket.on('error', reject)
    socket.end()
  })
}

const roles = {
  async server () {
    const server = dht.createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.destroy())
      socket.on('end', () => socket.end())
    })
    await server.listen(dht.defaultKeyPair)
    console.log(server.publicKey.toString('hex'))
  },

  async once () {
    const socket = await connect()
    console.log(now() - begun)
    await finish(socket)
    process.exit(0)
  },

  async many () {
    await dht.fullyBootstrapped()
    const millis = []
    for (let i = 0; i < Number(count); i++) {
      const started = now()
      const socket = await connect()
      millis.push(now() - started)
      await finish(socket)
    }
    console.log(JSON.stringify(millis))
    process.exit(0)
  },

  async crowd () {
    await dht.fullyBootstrapped()
    const started = now()
    await Promise.all(Array.from({ length: Number(count) }, connect))
    console.log(now() - started)
    process.exit(0)
  }
}

roles[role]().catch((err) => {
  console.error(err)
  process.exit(1)
})
