'use strict'

// Renders results as Markdown.
//   node report.js     writes RESULTS.md from results/*.json: the machine, what was to be reached, pictures, tables

const { RESULTS, read, spread } = require('./lib')
const targets = require('./targets')
const fs = require('fs')
const path = require('path')

const sum = (values) => values.reduce((a, b) => a + b, 0)

function table (head, rows) {
  return ['| ' + head.join(' | ') + ' |', '|---'.repeat(head.length) + '|', ...rows.map((row) => '| ' + row.join(' | ') + ' |')].join('\n')
}

const titles = {
  lines: 'Long lines',
  loopback: 'Loopback, one stream',
  queries: 'Announces and lookups',
  crowd: 'A crowd of idle connections',
  first: 'The first seconds, and connects',
  micro: 'Crypto and codecs'
}

const MEDIANS = 'Medians, and minimum to maximum.'

// Each part: its settings in a sentence, then its tables; a cell is the spread of one figure over the rounds.
const parts = {
  lines ({ settings: { rounds, seconds }, results: { lines, fairness } }) {
    const text = [`${rounds} rounds, turn by turn, each in new processes. One encrypted stream sends for ${seconds} s; MB/s is what the ` +
      `receiver got in ${seconds} s from its first byte on. ${MEDIANS}`]
    const rows = []
    for (const [name, { line, text, cells }] of Object.entries(lines)) {
      for (const { label, rounds } of Object.values(cells)) {
        rows.push([
          `${name}: ${text}`,
          label,
          spread(rounds.map((r) => r.megabytesPerSecond), 2),
          spread(rounds.map((r) => r.dropped), 0),
          spread(rounds.map((r) => r.delivered + r.lost + r.dropped), 0),
          spread(rounds.map((r) => 2 * line[0] + r.waitMedianMillis), 0),
          spread(rounds.map((r) => r.roundTripMillis), 0)
        ])
      }
    }
    const head = ['line', 'stack', 'MB/s', 'packets dropped by the queue', 'sent']
    if (rows.length) text.push(table([...head, 'round trip of the line with its queue, ms', 'as the sender saw it, ms'], rows))

    const pairs = Object.values(fairness).map(({ labels, rounds }) => [
      labels.join(' and '),
      spread(rounds.map(({ megabytesPerSecond }) => 100 * megabytesPerSecond[0] / sum(megabytesPerSecond)), 0),
      spread(rounds.map((r) => r.jain), 3),
      spread(rounds.map((r) => sum(r.megabytesPerSecond)), 2),
      spread(rounds.map((r) => r.dropped), 0)
    ])
    const pairHead = ['two streams on the line "clean"', 'share of the first, %', 'Jain\'s index', 'MB/s together']
    if (pairs.length) text.push(table([...pairHead, 'packets dropped by the queue'], pairs))
    return text.join('\n\n')
  },

  loopback ({ settings: { rounds, first, all, pings, warmPings }, results }) {
    const text = `${rounds} rounds, turn by turn, each in two new processes on 127.0.0.1. Throughput is the receiver's count from its ` +
      'first byte on; processor time is that of both processes, user and system, from the open connection to the last byte of ' +
      `${all / 1e6} MB; a ping is 64 bytes and back, ${pings} after ${warmPings}; "young" are those from 5,000 to 15,000. ${MEDIANS}`
    const head = ['stack', `first ${first / 1e6} MB, MB/s`, `${all / 1e6} MB, MB/s`, 'processor, ns a byte']
    return text + '\n\n' + table([...head, 'ping, µs: first 1,000', 'young', 'later: median', '99 %'], Object.values(results).map(({ label, throughput, ping }) => [
      label,
      spread(throughput.map((r) => r.first), 0),
      spread(throughput.map((r) => r.all), 0),
      spread(throughput.map((r) => r.nanosPerByte), 2),
      ...['first', 'young', 'median', 'p99'].map((name) => spread(ping.map((r) => r[name]), 0))
    ]))
  },

  queries ({ settings: { rounds, nodes, announces, lookups, young }, results }) {
    const text = `${rounds} rounds, turn by turn, each in new processes: ${announces} announces in sequence, then ${lookups} lookups of ` +
      `them by another process, on a new network of ${nodes} nodes that share one process. "Later" is the last two thirds. ${MEDIANS}`
    const rows = (label, { announce, lookup }) => Object.entries({ announce, lookup }).map(([role, list]) => [
      label,
      role,
      spread(list.map((r) => r.young), 0),
      spread(list.map((r) => r.warm), 0),
      spread(list.map((r) => r.median), 2),
      spread(list.map((r) => r.p99), 2)
    ])
    const all = Object.values(results)
    return text + '\n\n' + table(
      ['stack', 'query', `first ${young}, a second`, 'later, a second', 'later, each: median, ms', '99 %, ms'],
      [...all.flatMap((result) => rows(result.label + ', own nodes', result)),
        ...all.filter((result) => result.foreign).flatMap((result) => rows(result.label + ', JavaScript nodes', result.foreign))]
    )
  },

  crowd ({ settings: { rounds, connections, seconds, bytes }, results }) {
    const text = `${rounds} rounds, each in new processes, the stacks side by side: ${connections.toLocaleString('en-US')} connections, ` +
      `both ends in one process, idle for ${seconds} s, of which the first third stands apart; then a message and its echo on each, and ${bytes / 1e6} MB through one of them. Heap is what is ` +
      `live after a collection, for JavaScript without what its native code allocates. ${MEDIANS}`
    const head = ['stack', `processor, % of a core: first ${seconds / 3} s`, 'later', 'heap an end, KiB', 'alive at the end', 'MB/s of one', 'connects at first, a second']
    return text + '\n\n' + table(head, Object.values(results).map(({ label, rounds: list }) => [
      label,
      spread(list.map((r) => r.youngPercent)),
      spread(list.map((r) => r.processorPercent)),
      spread(list.map((r) => r.heapBytesPerEnd / 1024)),
      spread(list.map((r) => r.alive), 0),
      spread(list.map((r) => r.bytesPerSecond / 1e6), 0),
      spread(list.map((r) => r.connections / r.connectSeconds), 0)
    ]))
  },

  first ({ settings: { starts, connects, crowd, rounds, young }, results }) {
    const text = `From the spawn of a client process to its open connection, ${starts} times turn by turn; ${rounds} rounds of ${connects} ` +
      `connects in sequence and of ${crowd} at once, each in a new client. A DHT of 5 JavaScript nodes, a server of the same ` +
      `stack. ${MEDIANS}`
    const head = ['stack', 'spawn to open, ms', 'from main, ms', `connects 1 to ${young}, ms`, 'later: median, ms', '99 %, ms']
    return text + '\n\n' +
      table([...head, `${crowd} at once, a second`], Object.entries(results).map(([name, { wall, fromMain, connects, atOnce }]) => [
        name,
        spread(wall, 0),
        spread(fromMain, 0),
        ...['young', 'median', 'p99'].map((which) => spread(connects.map((r) => r[which]))),
        spread(atOnce, 0)
      ]))
  },

  micro ({ results }) {
    const rate = (perSecond) => perSecond === undefined ? '–' : Math.round(perSecond).toLocaleString('en-US')
    const rows = Object.entries(results).map(([name, { java, javaScript }]) => [name, rate(java), rate(javaScript)])
    return 'Operations per second on one thread.\n\n' + table(['operation', 'Java', 'JavaScript stack'], rows)
  }
}

const render = (record) => parts[record.part](record)

function provenance ({ date, commit, system, java, node, hyperdht, rmemMax, quiet }) {
  return `${date}, commit ${commit}, ${system}, ${java}, Node ${node}, hyperdht ${hyperdht}, net.core.rmem_max ${rmemMax}. ` +
    (quiet ? 'The machine did nothing else.' : '**The machine had other work to do meanwhile.**')
}

function document (records) {
  const reached = targets.rows(Object.fromEntries(records.map((record) => [record.part, record])))
  const text = [
    '# Benchmarks',
    'Made by `benchmarks/run`; [README.md](README.md) says what is measured and how to repeat it.',
    '## Targets',
    'Medians; a ratio is ours to JavaScript\'s in the same run.',
    table(['target', 'measured', 'met'], reached.map(({ target, measured, met }) => [target, measured, met ? 'yes' : '**no**']))
  ]
  for (const record of records) {
    const title = titles[record.part]
    text.push(`## ${title}`, provenance(record.machine))
    if (fs.existsSync(path.join(RESULTS, record.part + '.svg'))) text.push(`![${title}](results/${record.part}.svg)`)
    text.push(render(record))
  }
  return text.join('\n\n') + '\n'
}

module.exports = { render }

if (require.main === module) {
  fs.writeFileSync(path.join(RESULTS, '..', 'RESULTS.md'), document(Object.keys(parts).map(read).filter(Boolean)))
}
