'use strict'

// What the parts of the benchmark share: child processes that end with us, statistics, and the result files that charts.js reads.

const { spawn, execFileSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const readline = require('readline')

const RESULTS = path.join(__dirname, '..', 'results')
const children = new Set()

// Options: namespace (a network namespace to run in), env. `line` waits for the child's next line of output.
function start (command, { namespace, env } = {}) {
  const [program, ...args] = namespace ? ['ip', 'netns', 'exec', namespace, ...command] : command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const ended = new Promise((resolve) => {
    const end = () => {
      children.delete(started)
      resolve()
    }
    child.on('exit', end)
    child.on('error', (err) => {
      console.error(err.message)
      end()
    })
  })
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const started = {
    child,
    ended,
    async line (seconds = 60) {
      const { value, done } = await within(seconds, lines.next(), command.slice(-6).join(' '))
      if (done) throw new Error(`ended without an answer (${child.exitCode ?? child.signalCode}): ` + command.slice(-6).join(' '))
      return value
    },
    async json (seconds) { return JSON.parse(await this.line(seconds)) }
  }
  children.add(started)
  return started
}

function within (seconds, promise, what) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${seconds} s: ${what}`)), seconds * 1000)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function stop ({ child, ended }) {
  child.kill('SIGKILL')
  return ended
}

const stopAll = () => Promise.all([...children].map(stop))

// Runs the part and ends this process, whatever happens, without a child left behind.
function run (main, cleanUp = () => {}) {
  const end = (status) => stopAll().then(cleanUp).then(() => process.exit(status))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(1))
  main().then(() => end(process.exitCode || 0), (err) => {
    console.error(err)
    end(1)
  })
}

// The stacks: how a peer is started by each. PEER names the twins, benchmarks/java/PEER.java and benchmarks/js/FILE.js.
// BENCHMARK_JAVA is the java command with its module path, set by benchmarks/run; JAVA_OPTIONS are the caller's own.
function peers (javaClass, file, flags = { java: [], node: [] }) {
  const javaWords = process.env.BENCHMARK_JAVA.split('\n')
  const options = (process.env.JAVA_OPTIONS || '').split(' ').filter(Boolean)
  const java = (...own) => [javaWords[0], ...own, ...flags.java, ...options, ...javaWords.slice(1), javaClass]
  const js = ['node', ...flags.node, path.join(__dirname, file)]
  return {
    js632: { label: 'JavaScript (hyperdht 6.32)', command: js, env: { HYPERDHT: 'hyperdht-6-32' } },
    js634: { label: 'JavaScript (hyperdht 6.34)', command: js, env: { HYPERDHT: 'hyperdht' } },
    java: { label: 'Java', command: java('--enable-native-access=omega.flock') },
    'java-portable': { label: 'Java without native access', command: java() }
  }
}

function only (all, names) {
  const unknown = names.filter((name) => !all[name])
  if (unknown.length) throw new Error(`no such name: ${unknown.join(' ')} (there are ${Object.keys(all).join(' ')})`)
  return Object.fromEntries(names.map((name) => [name, all[name]]))
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]
const median = (values) => quantile(values, 0.5)

// "9.5 (9.1 to 9.8)": the median and what the rounds ranged over.
function spread (values, digits = 1) {
  if (!values.length) return '–'
  const text = (value) => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${text(median(values))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`
}

const setting = (name, otherwise) => process.env[name] === undefined ? otherwise : Number(process.env[name])

function machine () {
  const version = (name) => require(name + '/package.json').version
  return {
    date: new Date().toISOString().slice(0, 16) + 'Z',
    system: `${os.type()} ${os.machine()}, ${os.cpus().length} processors`,
    java: process.env.BENCHMARK_JDK,
    node: process.version,
    hyperdht: `${version('hyperdht-6-32')} and ${version('hyperdht')}, udx-native ${version('udx-native')}`,
    rmemMax: Number(fs.readFileSync('/proc/sys/net/core/rmem_max')),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    quiet: process.env.QUIET === 'yes'
  }
}

const file = (part) => path.join(RESULTS, part + '.json')

// Prints the part's tables, and when the part was run whole keeps results/PART.json, which report.js and charts.js read.
function finish (part, settings, results, whole = true) {
  const record = { part, machine: machine(), settings, results }
  console.log(require('./report').render(record))
  if (!whole) return
  fs.mkdirSync(RESULTS, { recursive: true })
  fs.writeFileSync(file(part), JSON.stringify(record, null, 1) + '\n')
}

// The kept results of a part, or undefined.
const read = (part) => fs.existsSync(file(part)) ? JSON.parse(fs.readFileSync(file(part))) : undefined

const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis))

module.exports = { RESULTS, start, stop, within, run, peers, only, quantile, median, spread, setting, finish, read, sleep }
