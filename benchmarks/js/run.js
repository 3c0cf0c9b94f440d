'use strict'

// Runs both stacks over one DHT, turn by turn, and prints a table. Called by benchmarks/run.
//   node run.js ROUNDS CONNECTS BYTES -- JAVA_COMMAND...

const { spawn } = require('child_process')
const path = require('path')
const readline = require('readline')

const [rounds, connects, bytes] = process.argv.slice(2, 5).map(Number)
const java = process.argv.slice(process.argv.indexOf('--') + 1)
const stacks = { JavaScript: ['node', path.join(__dirname, 'peer.js')], Java: java }
const children = new Set()

function start (command, args) {
  const child = spawn(command[0], [...command.slice(1), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.add(child)
  child.on('exit', () => children.delete(child))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, line: async () => (await lines.next()).value }
}

function stop ({ child }) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', resolve)
    child.kill('SIGKILL')
  })
}

async function measure (stack, bootstrap) {
  const server = start(stack, ['server', bootstrap])
  const key = await server.line()
  const client = start(stack, ['client', bootstrap, key, String(connects), String(bytes)])
  const result = JSON.parse(await client.line())
  await stop(client)
  await stop(server)
  return result
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]

async function main () {
  const testnet = start(['node', path.join(__dirname, '../../src/test/js/dht-testnet.js')], ['{"nodes":5}'])
  const bootstrap = JSON.parse(await testnet.line()).bootstrap[0]
  const results = Object.fromEntries(Object.keys(stacks).map((name) => [name, { connectMillis: [[], []], bytesPerSecond: [[], []] }]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(stacks)) {
      const { connectMillis, bytesPerSecond } = await measure(command, bootstrap)
      for (const age of [0, 1]) {
        results[name].connectMillis[age].push(...connectMillis[age])
        results[name].bytesPerSecond[age].push(bytesPerSecond[age])
      }
    }
  }
  await stop(testnet)
  console.log(`${rounds} rounds, turn by turn, each in new processes: ${connects} connects and ${connects} more, a stream of ${bytes / 1e6} MB and ` +
    'one more; a DHT of 5 JavaScript nodes.\n')
  console.log('| stack | throughput, first stream: median (min to max) | second stream | connect, first half: median, 90 % | second half |')
  console.log('|---|---|---|---|---|')
  for (const [name, { connectMillis, bytesPerSecond }] of Object.entries(results)) {
    const rates = (list) => `${quantile(list, 0.5).toFixed(0)} MB/s (${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)})`
    const millis = (list) => `${quantile(list, 0.5).toFixed(1)} ms, ${quantile(list, 0.9).toFixed(1)} ms`
    const [first, second] = bytesPerSecond.map((list) => rates(list.map((rate) => rate / 1e6)))
    console.log(`| ${name} | ${first} | ${second} | ${millis(connectMillis[0])} | ${millis(connectMillis[1])} |`)
  }
}

main().catch((err) => {
  console.error(err)
  process.exitCode = 1
}).finally(() => children.forEach((child) => child.kill('SIGKILL')))
