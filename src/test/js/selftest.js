'use strict'

// What the harness tests itself with: echoes commands, throws on demand, dies on demand.

const { options, emit, command } = require('./lib/peer')

command('echo', (fields) => fields)
command('throw', ({ message }) => { throw new Error(message) })
command('die', () => process.exit(3))
command('hang', () => new Promise(() => {}))
emit('ready', { options, node: process.version })
