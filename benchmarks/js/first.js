'use strict'

// Starts and connects of both stacks over one DHT, turn by turn, and prints a table. Called by benchmarks/run.
//   node first.js JAVA RELEASE CLASS_PATH DIRECTORY
// RELEASE is the feature release of that java; DIRECTORY takes the class-data archive. STARTS (20), CONNECTS (2000), CROWDS (5) and CROWD (1000)
// change the size of the run, 0 leaves a part out.

const { spawn } = require('child_process')
const path = require('path')
const readline = require('readline')

const [java, release, classPath, directory] = process.argv.slice(2)
const size = (name, byDefault) => Number(process.env[name] || byDefault)
const starts = size('STARTS', 20)
const connects = size('CONNECTS', 2000)
const crowds = size('CROWDS', 5)
const crowd = size('CROWD', 1000)

const options = (process.env.JAVA_OPTIONS || '').split(' ').filter((word) => word !== '')
const brief = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'] // as the launcher starts what is over soon
const program = ['-cp', classPath, 'FirstConnect']
const archive = path.join(directory, 'first.archive')
const [record, use] = release >= 25
  ? ['-XX:AOTCacheOutput=' + archive, '-XX:AOTCache=' + archive]
  : ['-XX:ArchiveClassesAtExit=' + archive, '-XX:SharedArchiveFile=' + archive]
const stacks = {
  JavaScript: ['node', path.join(__dirname, 'first-peer.js')],
  Java: [java, ...options, ...program],
  'Java, C1 only': [java, ...options, ...brief, ...program],
  'Java, C1 only, archive': [java, ...options, ...brief, use, ...program]
}
const long = ['JavaScript', 'Java'] // the stacks that connect often
const children = new Set()

function start (command, ...args) {
  const child = spawn(command[0], [...command.slice(1), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.add(child)
  child.on('exit', () => children.delete(child))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, line: async () => (await lines.next()).value }
}

function ended ({ child }) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', resolve)
  })
}

function stop (process) {
  process.child.kill('SIGKILL')
  return ended(process)
}

async function once (command, bootstrap, key) {
  const started = process.hrtime.bigint()
  const client = start(command, 'once', bootstrap, key)
  const fromMain = Number(await client.line())
  const wall = Number(process.hrtime.bigint() - started) / 1e6
  if (!(fromMain > 0)) throw new Error('no connection')
  await ended(client)
  return { wall, fromMain }
}

async function ask (command, ...args) {
  const client = start(command, ...args)
  const answer = JSON.parse(await client.line())
  await stop(client)
  return answer
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]
const spread = (values) => `${quantile(values, 0.5).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`

async function main () {
  const testnet = start(['node', path.join(__dirname, '../../src/test/js/dht-testnet.js')], '{"nodes":5}')
  const bootstrap = JSON.parse(await testnet.line()).bootstrap[0]
  const results = {}
  const servers = { JavaScript: start(stacks.JavaScript, 'server', bootstrap), Java: start(stacks.Java, 'server', bootstrap) }
  const keys = { JavaScript: await servers.JavaScript.line(), Java: await servers.Java.line() }
  for (const name of Object.keys(stacks)) {
    results[name] = { key: keys[name] || keys.Java, wall: [], fromMain: [], millis: [], crowd: [] }
  }
  if (starts > 0) await ended(start([java, ...options, ...brief, record, ...program], 'once', bootstrap, keys.Java))
  for (let i = 0; i <= starts && starts > 0; i++) {
    for (const [name, command] of Object.entries(stacks)) {
      const { wall, fromMain } = await once(command, bootstrap, results[name].key)
      if (i === 0) continue // files get into the system's cache, and the server gets to know its trade
      results[name].wall.push(wall)
      results[name].fromMain.push(fromMain)
    }
  }
  if (connects > 0) {
    for (const name of long) {
      results[name].millis = await ask(stacks[name], 'many', bootstrap, results[name].key, String(connects))
    }
  }
  for (let i = 0; i < crowds; i++) {
    for (const name of long) {
      results[name].crowd.push(crowd / (await ask(stacks[name], 'crowd', bootstrap, results[name].key, String(crowd)) / 1000))
    }
  }
  for (const server of Object.values(servers)) await stop(server)
  await stop(testnet)

  console.log(`From the spawn of a client process to its open connection, ${starts} times turn by turn, and ${connects} connects in sequence; ` +
    `milliseconds. ${crowd} connects at once, ${crowds} times. A DHT of 5 JavaScript nodes, a server of the same stack.\n`)
  console.log('| stack | spawn to open: median (min to max) | from main | connects 1 to 50: median | later: median | 99 % | at once, a second |')
  console.log('|---|---|---|---|---|---|---|')
  for (const [name, { wall, fromMain, millis, crowd }] of Object.entries(results)) {
    const young = millis.slice(0, 50)
    const warm = millis.slice(Math.min(1000, millis.length / 2))
    const latency = millis.length > 0
      ? [young, warm].map((list) => quantile(list, 0.5).toFixed(1)).concat(quantile(warm, 0.99).toFixed(1))
      : ['', '', '']
    console.log(`| ${[name, starts > 0 ? spread(wall) : '', starts > 0 ? spread(fromMain) : '', ...latency, crowd.length > 0 ? spread(crowd) : ''].join(' | ')} |`)
  }
}

main().catch((err) => {
  console.error(err)
  process.exitCode = 1
}).finally(() => children.forEach((child) => child.kill('SIGKILL')))
