'use strict'

// A client of a DHT: announces, looks up, unannounces, and asks for what honest nodes refuse.
// Options: bootstrap, version, seed. Commands take {topic (hex)}:
//   announce {relays: ["host:port"]} -> {acknowledged}     how many nodes stored the record
//   lookup -> {publicKeys: [hex], answers}                 distinct keys, and how many nodes named any
//   unannounce -> {}
//   announceWithToken {token: hex or ""} -> {errors: [code]}   the error of each closest node, 0 for none

const { options, emit, command, onclose, fail } = require('./lib/peer')
const { createNode } = require('./lib/stack')
const { COMMANDS } = require('hyperdht/lib/constants')

function addressOf (text) {
  const [host, port] = text.split(':')
  return { host, port: Number(port) }
}

async function main () {
  const dht = createNode(options)
  onclose(() => dht.destroy())
  await dht.fullyBootstrapped()
  const keyPair = dht.defaultKeyPair

  command('announce', async ({ topic, relays }) => {
    const query = dht.announce(Buffer.from(topic, 'hex'), keyPair, (relays || []).map(addressOf))
    await query.finished()
    return { acknowledged: query.closestNodes.length }
  })

  command('lookup', async ({ topic }) => {
    const publicKeys = new Set()
    let answers = 0
    for await (const { peers } of dht.lookup(Buffer.from(topic, 'hex'))) {
      if (peers.length > 0) answers++
      for (const { publicKey } of peers) publicKeys.add(publicKey.toString('hex'))
    }
    return { publicKeys: [...publicKeys], answers }
  })

  command('unannounce', async ({ topic }) => {
    await dht.unannounce(Buffer.from(topic, 'hex'), keyPair)
    return {}
  })

  command('announceWithToken', async ({ topic, token }) => {
    const target = Buffer.from(topic, 'hex')
    const query = dht.lookup(target)
    await query.finished()
    const errors = []
    for (const { from } of query.closestReplies) {
      const request = { token: token ? Buffer.from(token, 'hex') : null, target, command: COMMANDS.ANNOUNCE, value: Buffer.alloc(8) }
      const reply = await dht.request(request, from, { retry: false }).catch((err) => ({ error: err.code }))
      errors.push(String(reply.error))
    }
    return { errors }
  })

  emit('ready', { publicKey: keyPair.publicKey })
}

main().catch(fail)
