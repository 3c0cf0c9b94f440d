'use strict'

// The script's half of the line protocol that JavaScriptPeer.java speaks: one JSON object a line.
//   to the test:    {"event": name, ...fields}          emit(name, fields)
//                   {"reply": id, ...fields}            what a command handler returned
//                   {"reply": id, "error": message}     what it threw
//   from the test:  {"id": id, "command": name, ...fields}
// Bytes travel as hex. A script ends when its standard input ends, so that none outlives its test.

const readline = require('readline')

const options = JSON.parse(process.argv[2] || '{}')
const handlers = new Map()
const closers = []

function send (message) {
  process.stdout.write(JSON.stringify(message, (_, value) => {
    if (value && value.type === 'Buffer') return Buffer.from(value.data).toString('hex')
    return value
  }) + '\n')
}

function emit (event, fields = {}) {
  send({ event, ...fields })
}

function command (name, handler) {
  handlers.set(name, handler)
}

function onclose (closer) {
  closers.push(closer)
}

async function handle (line) {
  const { id, command, ...fields } = JSON.parse(line)
  try {
    const handler = handlers.get(command)
    if (!handler) throw new Error('no such command: ' + command)
    send({ reply: id, ...(await handler(fields)) })
  } catch (err) {
    send({ reply: id, error: err.code ? err.code + ': ' + err.message : String(err.message || err) })
  }
}

async function shutdown () {
  setTimeout(() => process.exit(0), 1000).unref()
  for (const closer of closers.reverse()) {
    try { await closer() } catch {}
  }
  process.exit(0)
}

readline.createInterface({ input: process.stdin }).on('line', handle).on('close', shutdown)

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

function fail (err) {
  process.stderr.write((err && err.stack ? err.stack : String(err)) + '\n')
  process.exit(1)
}

module.exports = { options, emit, command, onclose, fail }
