'use strict'

// Nodes of dht-rpc on 127.0.0.1, for RpcInteropTest. Without the option bootstrap the first is a bootstrap node of its own.
// Options: nodes (1), bootstrap, ephemeral, firewalled, quickFirewall. Event `ready` {bootstrap: ["host:port"]}.
// They keep one value for each target: command 7 of the application, a write with a token and a read without.
// Ids, targets, tokens and values are hex; `node` is the number of a node, 0 unless given. Commands:
//   state {node} -> {address, id, host, port, ephemeral, firewalled, nodes: ["host:port"]}
//   ping {node, to} -> {from, id, to}            delayedPing {node, to, delay} -> {rtt}
//   find {node, target} -> {closest: ["host:port"], replies, errors}
//   put {node, target, value} -> {closest, errors: [code]}      get {node, target} -> {values: ["host:port value"]}
//   request {node, to, number, target, value, token} -> {code, value, token, closer: ["host:port"], from, to}

const DHT = require('dht-rpc')
const { options, emit, command, onclose, fail } = require('../lib/peer')

const STORE = 7
const nodes = []
const bytes = (hex) => Buffer.from(hex, 'hex')
const text = ({ host, port }) => host + ':' + port

function addressOf (hostPort) {
  const [host, port] = hostPort.split(':')
  return { host, port: Number(port) }
}

function serve (node) {
  const values = new Map()
  node.on('request', function (req) {
    if (req.command !== STORE || !req.target) return req.error(DHT.ERROR_UNKNOWN_COMMAND)
    const key = req.target.toString('hex')
    if (req.token) values.set(key, req.value)
    req.reply(values.get(key) || null)
  })
}

async function add (settings) {
  const node = new DHT({ host: '127.0.0.1', ...settings })
  serve(node)
  nodes.push(node)
  onclose(() => node.destroy())
  await node.fullyBootstrapped()
  return node
}

async function main () {
  let bootstrap = options.bootstrap
  if (!bootstrap) {
    const first = DHT.bootstrapper(options.port, '127.0.0.1', { host: '127.0.0.1' })
    serve(first)
    nodes.push(first)
    onclose(() => first.destroy())
    await first.fullyBootstrapped()
    bootstrap = [text(first.address())]
  }
  const { ephemeral, firewalled, quickFirewall } = options
  for (let i = nodes.length; i < (options.nodes || 1); i++) {
    await add({ bootstrap, ephemeral, firewalled, quickFirewall })
  }
  emit('ready', { bootstrap })
}

command('state', ({ node = 0 }) => {
  const dht = nodes[node]
  const { host, port, ephemeral, firewalled, id } = dht
  return { address: text(dht.address()), id, host, port, ephemeral, firewalled, nodes: dht.toArray().map(text) }
})

command('ping', async ({ node = 0, to }) => {
  const res = await nodes[node].ping(addressOf(to))
  return { from: text(res.from), id: res.from.id, to: text(res.to) }
})

command('delayedPing', async ({ node = 0, to, delay }) => {
  const { rtt } = await nodes[node].delayedPing(addressOf(to), delay)
  return { rtt }
})

command('find', async ({ node = 0, target }) => {
  const query = nodes[node].findNode(bytes(target))
  let replies = 0
  for await (const reply of query) replies += reply ? 1 : 0
  return { closest: query.closestNodes.map(text), replies, errors: query.errors }
})

command('put', async ({ node = 0, target, value }) => {
  const errors = []
  const message = { target: bytes(target), command: STORE, value: bytes(value) }
  const commit = async (reply, dht) => {
    const answer = await dht.request({ ...message, token: reply.token }, reply.from)
    errors.push(String(answer.error))
  }
  const query = nodes[node].query({ target: message.target, command: STORE }, { commit })
  await query.finished()
  return { closest: query.closestNodes.map(text), errors }
})

command('get', async ({ node = 0, target }) => {
  const values = []
  for await (const reply of nodes[node].query({ target: bytes(target), command: STORE })) {
    if (reply.value) values.push(text(reply.from) + ' ' + reply.value.toString('hex'))
  }
  return { values }
})

command('request', async ({ node = 0, to, number, target, value, token }) => {
  const message = { command: number, target: target && bytes(target), value: value === undefined ? null : bytes(value), token: token && bytes(token) }
  const res = await nodes[node].request(message, addressOf(to))
  const { error, value: answer, token: fresh, closerNodes } = res
  return { code: error, value: answer, token: fresh, from: text(res.from), to: text(res.to), closer: (closerNodes || []).map(text) }
})

main().catch(fail)
