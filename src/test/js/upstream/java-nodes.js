'use strict'

// Preloaded (node --require) into the tests of hyperswarm or hyperdht: the networks that their createTestnet makes consist of nodes of
// Omega Flock, but for the FLOCK_JS_NODES (0) which a test uses as peers. FLOCK_LAUNCHER is the program omega-flock.

const { spawn } = require('child_process')
const Module = require('module')
const path = require('path')

const SMALLEST = 3 // nodes of ours, however small a network the test wants
const theirNodes = Number(process.env.FLOCK_JS_NODES || 0)
const load = Module._load

const running = new Set()
process.once('exit', () => running.forEach((network) => network.kill()))

Module._load = function (request, parent, isMain) {
  const loaded = load(request, parent, isMain)
  return path.basename(request, '.js') === 'testnet' && typeof loaded === 'function' ? onJavaNodes(loaded) : loaded
}

function onJavaNodes (createTestnet) {
  return async function (size = 10, options = {}) {
    const { bootstrap = [], teardown = typeof options === 'function' ? options : null } = options
    if (size === 0 || bootstrap.length > 0) return createTestnet(size, options)

    const theirs = Math.min(size, theirNodes)
    if (size === 1 && theirs === 1) return createTestnet(size, options) // its table is to hold whoever joins, and nobody else
    const ours = await start(Math.max(size - theirs, SMALLEST))
    const testnet = await createTestnet(theirs, { host: options.host, bootstrap: ours.bootstrap })
    testnet.bootstrap = ours.bootstrap
    const destroy = testnet.destroy.bind(testnet)
    testnet.destroy = async () => {
      await destroy()
      await ours.stop()
    }
    if (teardown) teardown.call(options, () => testnet.destroy(), { order: Infinity })
    return testnet
  }
}

async function start (nodes) {
  const network = spawn(process.env.FLOCK_LAUNCHER, ['testnet', '--nodes', String(nodes)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise((resolve) => network.once('exit', resolve))
  const stop = () => {
    network.kill()
    return gone
  }
  running.add(network)
  gone.then(() => running.delete(network))
  const line = await new Promise((resolve, reject) => {
    network.stdout.once('data', (data) => resolve(data.toString()))
    network.once('exit', (code) => reject(new Error(`omega-flock testnet ended with ${code}`)))
  })
  const [, host, port] = /^bootstrap (\S+):(\d+)/.exec(line)
  return { bootstrap: [{ host, port: Number(port) }], stop }
}
