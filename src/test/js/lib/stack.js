'use strict'

// The two generations of the stack that the interop tests meet: 6.34.0 and, under an alias, 6.32.0.

const generations = {
  '6.32.0': { load: () => require('hyperdht-6-32'), testnet: () => require('hyperdht-6-32/testnet') },
  '6.34.0': { load: () => require('hyperdht'), testnet: () => require('hyperdht/testnet') }
}

function generation (version = '6.34.0') {
  const found = generations[version]
  if (!found) throw new Error('no such hyperdht: ' + version)
  return found
}

function dhtOf (version) {
  return generation(version).load()
}

function testnetOf (version) {
  return generation(version).testnet()
}

// 6.32.0 runs with its default options, 6.34.0 as an open node on 127.0.0.1, unless the options say otherwise.
function createNode (options) {
  const { version = '6.34.0', bootstrap, host, port, firewalled, ephemeral, seed } = options
  const HyperDHT = dhtOf(version)
  const settings = { bootstrap }
  if (version === '6.34.0') Object.assign(settings, { host: '127.0.0.1', firewalled: false })
  if (host !== undefined) settings.host = host
  if (port !== undefined) settings.port = port
  if (firewalled !== undefined) settings.firewalled = firewalled
  if (ephemeral !== undefined) settings.ephemeral = ephemeral
  if (seed !== undefined) settings.keyPair = HyperDHT.keyPair(Buffer.from(seed, 'hex'))
  return new HyperDHT(settings)
}

module.exports = { dhtOf, testnetOf, createNode }
