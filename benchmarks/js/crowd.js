'use strict'

// Many idle connections in one process, by both stacks side by side. Called by benchmarks/run.
//   node crowd.js [CONNECTIONS [SECONDS]]     1050 and 60
// ROUNDS (5), STACKS ("js634 java"), HEAP ("1g": of the Java process), TRANSFER_BYTES (300000000).

const { start, stop, run, peers, only, setting, finish } = require('./lib')

const connections = Number(process.argv[2] || 1050)
const seconds = Number(process.argv[3] || 60)
const bytes = setting('TRANSFER_BYTES', 300e6)
const rounds = setting('ROUNDS', 5)
const all = peers('CrowdPeer', 'crowd-peer.js', { java: ['-Xmx' + (process.env.HEAP || '1g')], node: ['--expose-gc'] })
const stacks = only(all, (process.env.STACKS || 'js634 java').split(' '))
const PATIENCE_SECONDS = 300 // for connecting, settling, echoes and the transfer

async function crowd ({ command, env }) {
  const peer = start([...command, 'idle', String(connections), String(seconds), String(bytes)], { env })
  try {
    return await peer.json(seconds + PATIENCE_SECONDS)
  } finally {
    await stop(peer)
  }
}

async function main () {
  const results = Object.fromEntries(Object.entries(stacks).map(([name, { label }]) => [name, { label, rounds: [] }]))
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Object.entries(stacks).map(async ([name, stack]) => {
      try {
        const result = await crowd(stack)
        results[name].rounds.push(result)
        console.error(`${name}: ${JSON.stringify(result)}`)
      } catch (err) {
        console.error(`${name}: ${err.message}`)
        process.exitCode = 1
      }
    }))
  }
  finish('crowd', { rounds, connections, seconds, bytes }, results, process.argv.length === 2)
}

run(main)
