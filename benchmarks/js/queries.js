'use strict'

// Announces and lookups in sequence, each stack on a network of its own nodes, Java on one of JavaScript nodes as well. Called by
// benchmarks/run.
// ROUNDS (5), NODES (20), ANNOUNCES (3000), LOOKUPS (3000), STACKS ("js634 java").

const { start, stop, run, peers, only, quantile, setting, finish } = require('./lib')
const path = require('path')

const YOUNG = 200
const rounds = setting('ROUNDS', 5)
const nodes = setting('NODES', 20)
const announces = setting('ANNOUNCES', 3000)
const lookups = setting('LOOKUPS', 3000)
const names = (process.env.STACKS || 'js634 java').split(' ')
const stacks = only(peers('QueryPeer', 'query-peer.js'), names)
const networks = peers('TestnetPeer', 'testnet.js')

const rate = (micros) => micros.length / (micros.reduce((a, b) => a + b, 0) / 1e6)

async function queries ({ command, env }, role, bootstrap, count) {
  const peer = start([...command, role, bootstrap, String(count), String(announces)], { env })
  try {
    const took = await peer.json(180)
    const warm = took.slice(took.length / 3)
    return { young: rate(took.slice(0, YOUNG)), warm: rate(warm), median: quantile(warm, 0.5) / 1000, p99: quantile(warm, 0.99) / 1000 }
  } finally {
    await stop(peer)
  }
}

// What a stack's announces and lookups took on a new network.
async function measure (name, stack, network) {
  const testnet = start([...networks[network].command, '127.0.0.1', String(nodes)], { env: networks[network].env })
  try {
    const bootstrap = await testnet.line()
    const took = {}
    for (const [role, count] of [['announce', announces], ['lookup', lookups]]) {
      took[role] = await queries(stack, role, bootstrap, count)
      const { young, warm } = took[role]
      console.error(`${name} ${role}, nodes of ${network}: first ${YOUNG} ${young.toFixed(0)} /s, later ${warm.toFixed(0)} /s`)
    }
    return took
  } finally {
    await stop(testnet)
  }
}

async function main () {
  const none = () => ({ announce: [], lookup: [] })
  const results = Object.fromEntries(Object.entries(stacks).map(([name, { label }]) =>
    [name, { label, ...none(), ...(name.startsWith('java') && { foreign: none() }) }]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, stack] of Object.entries(stacks)) {
      for (const [lists, network] of [[results[name], name], [results[name].foreign, 'js634']]) {
        if (!lists) continue
        try {
          const took = await measure(name, stack, network)
          for (const role in took) lists[role].push(took[role])
        } catch (err) {
          console.error(`${name}: ${err.message}`)
          process.exitCode = 1
        }
      }
    }
  }
  finish('queries', { rounds, nodes, announces, lookups, young: YOUNG }, results)
}

run(main)
