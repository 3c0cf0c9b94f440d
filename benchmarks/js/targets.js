'use strict'

// What the benchmarks are to show, each target beside what was measured. A target whose part was not run is left out.

const { median } = require('./lib')

const of = (rounds, value) => rounds.length ? median(rounds.map(value)) : NaN
const number = (value, digits = value >= 100 ? 0 : 2) => value.toLocaleString('en-US', { maximumFractionDigits: digits })

function row (target, measured, met) {
  return { target, measured, met: Boolean(met) }
}

function atLeast (target, value, bound, unit = '') {
  return row(target, number(value) + unit, value >= bound)
}

function atMost (target, value, bound, unit = '') {
  return row(target, number(value) + unit, value <= bound)
}

// "11.1 to 9.5 MB/s": ours to theirs, which ours must reach, or keep under.
const against = (target, ours, theirs, unit, met) => row(target, `${number(ours)} to ${number(theirs)}${unit}`, met(ours, theirs))
const notBelow = (ours, theirs) => ours >= theirs
const notAbove = (ours, theirs) => ours <= theirs

const parts = {
  lines ({ results: { lines, fairness } }) {
    const rows = []
    for (const [name, { line, cells }] of Object.entries(lines)) {
      if (!cells.java || !cells.js632) continue
      const [ours, theirs] = [cells.java.rounds, cells.js632.rounds]
      const rates = [ours, theirs].map((rounds) => of(rounds, (r) => r.megabytesPerSecond))
      const drops = [ours, theirs].map((rounds) => of(rounds, (r) => r.dropped))
      rows.push(against(`line ${name}: at least JavaScript's throughput`, ...rates, ' MB/s', notBelow))
      rows.push(against(`line ${name}: at most half of its drops`, ...drops, ' packets', (our, their) => our <= their / 2))
      if (name === 'loss-1') rows.push(atLeast('line loss-1: 8.5 MB/s', rates[0], 8.5, ' MB/s'))
      if (name === 'clean') {
        const roundTrip = of(ours, (r) => r.roundTripMillis)
        rows.push(atMost('line clean: under load at most twice the line\'s round trip', roundTrip, 4 * line[0], ' ms as the sender saw it'))
      }
    }
    const own = fairness['fair-java']
    const mixed = fairness['fair-mixed']
    if (own) rows.push(atLeast('two of our streams share a line: Jain\'s index 0.9', of(own.rounds, (r) => r.jain), 0.9))
    if (mixed) {
      const share = of(mixed.rounds, ({ megabytesPerSecond: [ours, theirs] }) => 100 * ours / (ours + theirs))
      rows.push(row('ours beside JavaScript\'s on a line: between 30 and 70 %', number(share, 0) + ' %', share >= 30 && share <= 70))
    }
    return rows
  },

  loopback ({ results }) {
    const { js634: theirs } = results
    if (!theirs) return []
    const ratio = (stack, value) => of(stack.throughput, value) / of(theirs.throughput, value)
    const rows = []
    for (const [name, label, all, first] of [['java', 'with native access', 2, 1.2], ['java-portable', 'without native access', 1.15, 0.9]]) {
      const ours = results[name]
      if (!ours) continue
      rows.push(atLeast(`loopback ${label}, 2,000 MB: ${all} ×`, ratio(ours, (r) => r.all), all, ' ×'))
      rows.push(atLeast(`loopback ${label}, first 256 MB: ${first} ×`, ratio(ours, (r) => r.first), first, ' ×'))
      rows.push(atMost(`loopback ${label}, processor time a byte: below 1 ×`, ratio(ours, (r) => r.nanosPerByte), 1, ' ×'))
      for (const [age, value] of [['5,000 to 15,000', (r) => r.young], ['later', (r) => r.median]]) {
        const pings = [ours, theirs].map(({ ping }) => of(ping, value))
        rows.push(against(`ping-pong ${label}, ${age}: median at most JavaScript's`, ...pings, ' µs', notAbove))
      }
    }
    return rows
  },

  queries ({ results: { java, js634 } }) {
    if (!java || !js634) return []
    const ratio = (role, age) => of(java[role], (r) => r[age]) / of(js634[role], (r) => r[age])
    return [
      atLeast('announces, first 200: 2 ×', ratio('announce', 'young'), 2, ' ×'),
      atLeast('announces, later: 2 ×', ratio('announce', 'warm'), 2, ' ×'),
      atLeast('lookups, first 200: 1 ×', ratio('lookup', 'young'), 1, ' ×'),
      atLeast('lookups, later: 1.5 ×', ratio('lookup', 'warm'), 1.5, ' ×')
    ]
  },

  micro ({ results: { ed25519Sign1KiB: sign, ed25519Verify1KiB: verify } }) {
    return [
      ...(sign ? [atLeast('signing: 15,000 a second', sign.java, 15000)] : []),
      ...(verify ? [atLeast('verification: 12,000 a second', verify.java, 12000)] : [])
    ]
  },

  crowd ({ settings: { connections, seconds }, results: { java, js634 } }) {
    if (!java || !js634) return []
    const processor = (age) => [java, js634].map(({ rounds }) => of(rounds, (r) => r[age]))
    const target = `${number(connections)} idle connections: at most JavaScript's processor time`
    return [
      against(`${target}, first ${seconds / 3} s`, ...processor('youngPercent'), ' %', notAbove),
      against(`${target}, later`, ...processor('processorPercent'), ' %', notAbove),
      atMost('heap of an idle end: 16 KiB', of(java.rounds, (r) => r.heapBytesPerEnd / 1024), 16, ' KiB')
    ]
  },

  first ({ settings: { crowd }, results }) {
    const { JavaScript: theirs, Java: ours, 'Java, C1 only': brief, 'Java, C1 only, archive': archived } = results
    const wall = (stack) => of(stack.wall, (millis) => millis)
    const p99 = [ours, theirs].map(({ connects }) => of(connects, (r) => r.p99))
    const atOnce = of(ours.atOnce, (rate) => rate) / of(theirs.atOnce, (rate) => rate)
    return [
      against('spawn to open connection, with the archive: at most JavaScript\'s', wall(archived), wall(theirs), ' ms', notAbove),
      against('spawn to open connection, without: at most twice', wall(brief), wall(theirs), ' ms', (our, their) => our <= 2 * their),
      against('connect, warm, 99 %: at most JavaScript\'s', ...p99, ' ms', notAbove),
      atLeast(`${number(crowd)} connects at once: 10 ×`, atOnce, 10, ' ×')
    ]
  }
}

const rows = (records) => Object.entries(parts).flatMap(([name, part]) => records[name] ? part(records[name]) : [])

module.exports = { rows }
