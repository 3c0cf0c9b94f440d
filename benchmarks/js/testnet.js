'use strict'

// A private DHT of JavaScript nodes on one address: node testnet.js HOST NODES prints the bootstrap address when it is ready.
// benchmarks/java/TestnetPeer.java is its twin.

const createTestnet = require((process.env.HYPERDHT || 'hyperdht') + '/testnet')

const [host, nodes] = process.argv.slice(2)
createTestnet(Number(nodes), { host }).then(
  ({ bootstrap }) => console.log(bootstrap[0].host + ':' + bootstrap[0].port),
  (err) => {
    console.error(err)
    process.exit(1)
  }
)
