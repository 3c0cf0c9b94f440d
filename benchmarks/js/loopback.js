'use strict'

// One encrypted stream between two processes on 127.0.0.1: throughput, processor time, and the round trip of a small message.
// Called by benchmarks/run.
//   node loopback.js [throughput|ping]
// ROUNDS (5), PINGS (50000, after as many as WARM_PINGS, 50000), STACKS ("js634 java java-portable").

const { start, stop, run, peers, only, quantile, median, setting, finish } = require('./lib')
const fs = require('fs')
const path = require('path')

const FIRST = 256e6
const ALL = 2000e6
const CLOCK_TICKS = 100 // of /proc/PID/stat, a second

const rounds = setting('ROUNDS', 5)
const pings = setting('PINGS', 50000)
const warmPings = setting('WARM_PINGS', 50000)
const stacks = only(peers('LoopbackPeer', 'loopback-peer.js'), (process.env.STACKS || 'js634 java java-portable').split(' '))
const modes = process.argv.length > 2 ? process.argv.slice(2) : ['throughput', 'ping']

// User and system time of a process so far, all its threads: fields 14 and 15; the second field may hold spaces, but ends with ")".
function processorSeconds (...processes) {
  return processes.map(({ child }) => {
    const fields = fs.readFileSync(`/proc/${child.pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ')
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
  }).reduce((a, b) => a + b)
}

async function inTwoProcesses ({ command, env }, bootstrap, role, size, body) {
  const server = start([...command, 'server', bootstrap], { env })
  const key = await server.line()
  const client = start([...command, role, bootstrap, key, String(size)], { env })
  try {
    return await body(server, client)
  } finally {
    await stop(client)
    await stop(server)
  }
}

const throughput = (stack, bootstrap) => inTwoProcesses(stack, bootstrap, 'send', ALL + 64e6, async (server, client) => {
  await client.line()
  const before = processorSeconds(server, client)
  const { millisAt } = await server.json(120)
  return {
    first: FIRST / millisAt[FIRST] / 1000,
    all: ALL / millisAt[ALL] / 1000,
    nanosPerByte: (processorSeconds(server, client) - before) * 1e9 / ALL
  }
})

const ping = (stack, bootstrap) => inTwoProcesses(stack, bootstrap, 'ping', warmPings + pings, async (server, client) => {
  const took = await client.json(120)
  const warm = took.slice(warmPings)
  return { first: median(took.slice(0, 1000)), young: median(took.slice(5000, 15000)), median: median(warm), p99: quantile(warm, 0.99) }
})

async function main () {
  const testnet = start(['node', path.join(__dirname, 'testnet.js'), '127.0.0.1', '5'])
  const bootstrap = await testnet.line()
  const results = Object.fromEntries(Object.entries(stacks).map(([name, { label }]) => [name, { label, throughput: [], ping: [] }]))
  for (const [mode, measure] of Object.entries({ throughput, ping })) {
    if (!modes.includes(mode)) continue
    for (let round = 0; round < rounds; round++) {
      for (const [name, stack] of Object.entries(stacks)) {
        try {
          const result = await measure(stack, bootstrap)
          results[name][mode].push(result)
          console.error(`${name} ${mode}: ${JSON.stringify(result)}`)
        } catch (err) {
          console.error(`${name} ${mode}: ${err.message}`)
          process.exitCode = 1
        }
      }
    }
  }
  finish('loopback', { rounds, first: FIRST, all: ALL, pings, warmPings }, results, process.argv.length === 2)
}

run(main)
