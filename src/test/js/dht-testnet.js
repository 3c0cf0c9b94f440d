'use strict'

// A private DHT of persistent JavaScript nodes on 127.0.0.1: the stack's own testnet.
// Options: nodes (5), version. Event `ready` {bootstrap: ["127.0.0.1:port"]}.
// Command `nodes` {sizes}: the sizes of the routing tables, for a test that waits until Java nodes are known.

const { options, emit, command, onclose, fail } = require('./lib/peer')
const { testnetOf } = require('./lib/stack')

async function main () {
  const testnet = await testnetOf(options.version)(options.nodes || 5)
  onclose(() => testnet.destroy())
  command('nodes', () => ({ sizes: testnet.nodes.map((node) => node.nodes.length) }))
  emit('ready', { bootstrap: testnet.bootstrap.map(({ host, port }) => host + ':' + port) })
}

main().catch(fail)
