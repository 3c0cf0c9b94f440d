'use strict'

// Announces and lookups in sequence, by both stacks, on a network of JavaScript nodes. Called by benchmarks/run.
// ROUNDS (5), NODES (20), ANNOUNCES (700), LOOKUPS (3000), STACKS ("js634 java").

const { start, stop, run, peers, only, quantile, setting, finish } = require('./lib')
const path = require('path')

const YOUNG = 200
const rounds = setting('ROUNDS', 5)
const nodes = setting('NODES', 20)
const announces = setting('ANNOUNCES', 700)
const lookups = setting('LOOKUPS', 3000)
const stacks = only(peers('QueryPeer', 'query-peer.js'), (process.env.STACKS || 'js634 java').split(' '))

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

async function main () {
  const results = Object.fromEntries(Object.entries(stacks).map(([name, { label }]) => [name, { label, announce: [], lookup: [] }]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, stack] of Object.entries(stacks)) {
      const testnet = start(['node', path.join(__dirname, 'testnet.js'), '127.0.0.1', String(nodes)])
      try {
        const bootstrap = await testnet.line()
        for (const [role, count] of [['announce', announces], ['lookup', lookups]]) {
          const result = await queries(stack, role, bootstrap, count)
          results[name][role].push(result)
          console.error(`${name} ${role}: first ${YOUNG} ${result.young.toFixed(0)} /s, later ${result.warm.toFixed(0)} /s`)
        }
      } catch (err) {
        console.error(`${name}: ${err.message}`)
        process.exitCode = 1
      } finally {
        await stop(testnet)
      }
    }
  }
  finish('queries', { rounds, nodes, announces, lookups, young: YOUNG }, results)
}

run(main)
