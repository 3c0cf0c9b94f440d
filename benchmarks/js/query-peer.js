'use strict'

// Queries in sequence by the JavaScript stack; benchmarks/java/QueryPeer.java is its twin.
//   node query-peer.js announce|lookup BOOTSTRAP COUNT TOPICS     COUNT queries, one after the other, each to its end, for the topics 0 to
//                                                                 TOPICS - 1 in turn; prints the microseconds of each, as JSON

const HyperDHT = require(process.env.HYPERDHT || 'hyperdht')

const [role, bootstrap, count, topics] = process.argv.slice(2)
const [host, port] = bootstrap.split(':')
const dht = new HyperDHT({ bootstrap: [{ host, port: Number(port) }], host: '127.0.0.1', firewalled: false })

const micros = () => Number(process.hrtime.bigint() / 1000n)

function topicOf (number) {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32BE(number)
  return bytes
}

async function main () {
  await dht.fullyBootstrapped()
  const took = []
  for (let i = 0; i < Number(count); i++) {
    const topic = topicOf(i % Number(topics))
    const started = micros()
    if (role === 'announce') {
      await dht.announce(topic, dht.defaultKeyPair).finished()
    } else {
      let found = 0
      for await (const reply of dht.lookup(topic)) found += reply.peers.length
      if (!found) throw new Error('nobody was found by query ' + i)
    }
    took.push(micros() - started)
  }
  console.log(JSON.stringify(took))
}

main().catch((err) => {
  console.error(err)
  process.exit(1)
})
