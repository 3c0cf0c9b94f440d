'use strict'

// Starts and connects of both stacks over one DHT, turn by turn. Called by benchmarks/run.
//   node first.js JAVA RELEASE CLASS_PATH DIRECTORY
// RELEASE is the feature release of that java; DIRECTORY takes the class-data archive. STARTS (20), CONNECTS (2000), CROWD (1000) and
// ROUNDS (5) change the size of the run, 0 leaves a part out.

const { start, stop, run, quantile, median, setting, finish } = require('./lib')
const path = require('path')

const [java, release, classPath, directory] = process.argv.slice(2)
const starts = setting('STARTS', 20)
const connects = setting('CONNECTS', 2000)
const crowd = setting('CROWD', 1000)
const rounds = setting('ROUNDS', 5)
const YOUNG = 50
const WARM = 1000

const options = (process.env.JAVA_OPTIONS || '').split(' ').filter((word) => word !== '')
const brief = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'] // as the launcher starts what is over soon
const program = ['--enable-native-access=ALL-UNNAMED', '-cp', classPath, 'FirstConnect']
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

async function once (command, bootstrap, key) {
  const started = process.hrtime.bigint()
  const client = start([...command, 'once', bootstrap, key])
  const fromMain = Number(await client.line())
  const wall = Number(process.hrtime.bigint() - started) / 1e6
  await client.ended
  return { wall, fromMain }
}

async function ask (command, ...args) {
  const client = start([...command, ...args])
  try {
    return await client.json(180)
  } finally {
    await stop(client)
  }
}

// One failure costs its own figure and the exit status, not the run.
async function attempt (measurement) {
  try {
    await measurement()
  } catch (err) {
    console.error(err.message)
    process.exitCode = 1
  }
}

async function measureStarts (servers, bootstrap, results) {
  if (!starts) return
  await start([java, ...options, ...brief, record, ...program, 'once', bootstrap, servers.Java]).ended
  for (let i = 0; i <= starts; i++) {
    for (const [name, command] of Object.entries(stacks)) {
      await attempt(async () => {
        const { wall, fromMain } = await once(command, bootstrap, servers[name] || servers.Java)
        if (i === 0) return // files get into the system's cache, and the server gets to know its trade
        results[name].wall.push(wall)
        results[name].fromMain.push(fromMain)
      })
    }
  }
}

async function measureConnects (servers, bootstrap, results) {
  for (let round = 0; round < rounds; round++) {
    for (const name of long) {
      await attempt(async () => {
        if (!connects) return
        const millis = await ask(stacks[name], 'many', bootstrap, servers[name], String(connects))
        const warm = millis.slice(Math.min(WARM, millis.length / 2))
        results[name].connects.push({ young: median(millis.slice(0, YOUNG)), median: median(warm), p99: quantile(warm, 0.99) })
      })
      await attempt(async () => {
        if (crowd) results[name].atOnce.push(crowd / (await ask(stacks[name], 'crowd', bootstrap, servers[name], String(crowd)) / 1000))
      })
    }
  }
}

async function main () {
  const testnet = start(['node', path.join(__dirname, 'testnet.js'), '127.0.0.1', '5'])
  const bootstrap = await testnet.line()
  const servers = {}
  for (const name of long) servers[name] = await start([...stacks[name], 'server', bootstrap]).line()
  const results = Object.fromEntries(Object.keys(stacks).map((name) => [name, { wall: [], fromMain: [], connects: [], atOnce: [] }]))
  await measureStarts(servers, bootstrap, results)
  await measureConnects(servers, bootstrap, results)

  finish('first', { starts, connects, crowd, rounds, young: YOUNG }, results)
}

run(main)
