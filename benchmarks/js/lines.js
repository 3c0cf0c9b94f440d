'use strict'

// Streams over emulated long lines: two network namespaces, joined by ../line/wan.c. Called by benchmarks/run as root.
//   node lines.js WAN_PROGRAM [NAME…]     a name of LINES or FAIR below, or a line of one's own: DELAY:RATE:QUEUE:LOSS:REORDER
// ROUNDS (5), STREAM_SECONDS (8), FAIR_SECONDS (16), STACKS ("js632 java").

const { start, stop, run, peers, only, median, setting, finish, sleep } = require('./lib')
const { execFileSync } = require('child_process')
const path = require('path')

// One way DELAY in ms, RATE in Mbit/s, QUEUE in KB, LOSS and REORDER in percent.
const LINES = {
  clean: [25, 100, 512, 0, 0],
  'loss-0.1': [25, 100, 512, 0.1, 0],
  'loss-1': [25, 100, 512, 1, 0],
  'loss-2': [50, 50, 256, 2, 0],
  reordered: [25, 100, 512, 0, 5],
  gigabit: [5, 1000, 2048, 0, 0],
  far: [100, 200, 4096, 0, 0],
  'short-queue': [25, 20, 64, 0, 0]
}
// Two streams on the clean line, the second one later.
const FAIR = { 'fair-java': ['java', 'java'], 'fair-mixed': ['java', 'js632'], 'fair-late': ['js632', 'java'] }
const FAIR_OFFSET_MILLIS = 2000
const FAIR_SETTLING_MILLIS = 3000
const SLOT_MILLIS = 100
const HOSTS = ['10.7.0.1', '10.7.0.2']
const NAMESPACES = [`flock-line-a-${process.pid}`, `flock-line-b-${process.pid}`]

const [wanProgram, ...names] = process.argv.slice(2)
const rounds = setting('ROUNDS', 5)
const seconds = setting('STREAM_SECONDS', 8)
const fairSeconds = setting('FAIR_SECONDS', 16)
const all = peers('LinePeer', 'line-peer.js')
const stacks = only(all, (process.env.STACKS || 'js632 java').split(' '))
const made = []

const netns = (...args) => execFileSync('ip', ['netns', ...args])

function makeNamespaces () {
  for (const name of NAMESPACES) {
    netns('add', name)
    made.push(name)
  }
}

function removeNamespaces () {
  for (const name of made.splice(0)) netns('delete', name)
}

// Runs a body between two hosts that are joined by the line; the body gets the bootstrap address of a DHT at the receiver's host.
// Its result gains what the line did in the direction of the bytes.
async function overLine (line, seed, body) {
  makeNamespaces()
  try {
    const wan = start([wanProgram, NAMESPACES[0], HOSTS[0], NAMESPACES[1], HOSTS[1], ...line.map(String), String(seed)])
    await wan.line()
    const testnet = start(['node', path.join(__dirname, 'testnet.js'), HOSTS[0], '3'], { namespace: NAMESPACES[0] })
    const processes = [testnet]
    try {
      const result = await body(await testnet.line(), processes)
      wan.child.kill('SIGTERM')
      return { ...result, ...(await wan.json()).bToA }
    } finally {
      await Promise.all(processes.map((process) => stop(process)))
      await stop(wan)
    }
  } finally {
    removeNamespaces()
  }
}

async function stream (stack, bootstrap, processes, duration) {
  const { command, env } = all[stack]
  const server = start([...command, 'server', HOSTS[0], bootstrap, String(duration)], { namespace: NAMESPACES[0], env })
  processes.push(server)
  const { key } = await server.json()
  const client = start([...command, 'client', HOSTS[1], bootstrap, String(duration), key], { namespace: NAMESPACES[1], env })
  processes.push(client)
  const { roundTrips } = await client.json(duration + 30)
  return { ...await server.json(duration + 30), roundTrips }
}

const sum = (values) => values.reduce((a, b) => a + b, 0)

async function single (stack, line, seed) {
  return overLine(line, seed, async (bootstrap, processes) => {
    const { slots, roundTrips } = await stream(stack, bootstrap, processes, seconds)
    return {
      megabytesPerSecond: sum(slots) / seconds / 1e6,
      roundTripMillis: median(roundTrips.slice(roundTrips.length / 4))
    }
  })
}

async function pair ([one, other], line, seed) {
  return overLine(line, seed, async (bootstrap, processes) => {
    const streams = await Promise.all([
      stream(one, bootstrap, processes, fairSeconds),
      sleep(FAIR_OFFSET_MILLIS).then(() => stream(other, bootstrap, processes, fairSeconds))
    ])
    const from = Math.max(...streams.map(({ firstByteAt }) => firstByteAt)) + FAIR_SETTLING_MILLIS
    const to = Math.min(...streams.map(({ firstByteAt }) => firstByteAt)) + fairSeconds * 1000
    if (to - from < fairSeconds * 250) throw new Error('the streams hardly overlapped')
    const rates = streams.map(({ firstByteAt, slots }) =>
      sum(slots.slice(Math.round((from - firstByteAt) / SLOT_MILLIS), Math.round((to - firstByteAt) / SLOT_MILLIS))) / (to - from) / 1000)
    return { megabytesPerSecond: rates, jain: sum(rates) ** 2 / (2 * sum(rates.map((rate) => rate * rate))) }
  })
}

const describe = ([delay, rate, queue, loss, reorder]) =>
  `${rate} Mbit/s, ${2 * delay} ms, queue ${queue} KB` + (loss ? `, ${loss} % lost` : '') + (reorder ? `, ${reorder} % reordered` : '')

async function measureLines (chosen) {
  const results = {}
  for (const [name, line] of Object.entries(chosen)) {
    const cells = Object.fromEntries(Object.entries(stacks).map(([stack, { label }]) => [stack, { label, rounds: [] }]))
    for (let round = 0; round < rounds; round++) {
      for (const stack of Object.keys(stacks)) {
        try {
          const result = await single(stack, line, round + 1)
          cells[stack].rounds.push(result)
          console.error(`${name} ${stack}: ${result.megabytesPerSecond.toFixed(2)} MB/s, ${result.dropped} dropped`)
        } catch (err) {
          console.error(`${name} ${stack}: ${err.message}`)
          process.exitCode = 1
        }
      }
    }
    results[name] = { line, text: describe(line), cells }
  }
  return results
}

async function measureFairness (chosen) {
  const results = {}
  for (const [name, pairOfStacks] of Object.entries(chosen)) {
    const cells = []
    for (let round = 0; round < rounds; round++) {
      const turned = pairOfStacks[0] !== pairOfStacks[1] && round % 2 === 1 // each stack comes first in turn
      try {
        const result = await pair(turned ? [...pairOfStacks].reverse() : pairOfStacks, LINES.clean, round + 1)
        if (turned) result.megabytesPerSecond.reverse()
        cells.push(result)
        const rates = result.megabytesPerSecond.map((rate) => rate.toFixed(2)).join(' and ')
        console.error(`${name}: ${rates} MB/s, Jain ${result.jain.toFixed(3)}`)
      } catch (err) {
        console.error(`${name}: ${err.message}`)
        process.exitCode = 1
      }
    }
    results[name] = { labels: pairOfStacks.map((stack) => all[stack].label), rounds: cells }
  }
  return results
}

const ownLine = (name) => /^[\d.]+(:[\d.]+){4}$/.test(name) && name.split(':').map(Number)

async function main () {
  const known = [...Object.keys(LINES), ...Object.keys(FAIR)]
  const chosen = names.length ? names : known
  const unknown = chosen.filter((name) => !known.includes(name) && !ownLine(name))
  if (unknown.length) throw new Error(`no such line: ${unknown.join(' ')} (there are ${known.join(' ')} and DELAY:RATE:QUEUE:LOSS:REORDER)`)
  const lines = Object.fromEntries(chosen.filter((name) => !FAIR[name]).map((name) => [name, LINES[name] || ownLine(name)]))
  const fair = Object.fromEntries(chosen.filter((name) => FAIR[name]).map((name) => [name, FAIR[name]]))
  const results = { lines: {}, fairness: {} }
  if (Object.keys(lines).length) results.lines = await measureLines(lines)
  if (Object.keys(fair).length) results.fairness = await measureFairness(fair)
  finish('lines', { rounds, seconds, fairSeconds }, results, !names.length)
}

run(main, removeNamespaces)
