'use strict'

// Announces and lookups in sequence, by both stacks, on a network of JavaScript nodes. Called by benchmarks/run.
// ROUNDS (5), NODES (20), ANNOUNCES (700), LOOKUPS (3000), STACKS ("js634 java").

const { start, stop, run, peers, only, quantile, spread, setting, save } = require('./lib')
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
  console.log(`${rounds} rounds, turn by turn, each in new processes: ${announces} announces in sequence, then ${lookups} lookups of them by another process, ` +
    `on a new network of ${nodes} JavaScript nodes that share one process. "Later" is the last two thirds. Medians, and minimum to maximum.\n`)
  console.log(`| stack | query | first ${YOUNG}, a second | later, a second | later, each: median, ms | 99 %, ms |`)
  console.log('|---|---|---|---|---|---|')
  for (const { label, announce, lookup } of Object.values(results)) {
    for (const [role, list] of Object.entries({ announce, lookup })) {
      console.log(`| ${label} | ${role} | ${spread(list.map((r) => r.young), 0)} | ${spread(list.map((r) => r.warm), 0)} | ` +
        `${spread(list.map((r) => r.median), 2)} | ${spread(list.map((r) => r.p99), 2)} |`)
    }
  }
  save('queries', { rounds, nodes, announces, lookups, young: YOUNG }, results)
}

run(main)
